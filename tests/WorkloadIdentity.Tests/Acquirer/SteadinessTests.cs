namespace WorkloadIdentity.Tests;

/// <summary>Clock jumps, storms of cancellation, pressure and disposal: what happens to a program that runs for months.</summary>
public sealed class SteadinessTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly ControlledCredential _credential;
    private readonly List<TokenAcquirer> _acquirers = [];

    public SteadinessTests() => _credential = new ControlledCredential(_clock);

    public void Dispose() => _acquirers.ForEach(acquirer => acquirer.Dispose());

    // ---- clocks

    [Fact]
    public async Task What_the_wall_clock_said_holds_for_one_tick_of_the_coarse_clock()
    {
        var tick = 1L;
        var acquirer = NewAcquirer(options => options.CoarseTicks = () => tick);
        var request = new TokenRequest("api://orders/.default");
        var token = await HoldAsync(acquirer, request, Hour);
        Assert.Same(token, await acquirer.GetTokenAsync(request));

        _clock.SetWallClock(_clock.Now + (2 * Hour));
        Assert.Same(token, await acquirer.GetTokenAsync(request));
        tick++;

        Assert.False(acquirer.GetTokenAsync(request).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_token_that_went_stale_starts_its_refresh_in_the_very_tick_that_first_sees_it()
    {
        var tick = 1L;
        var acquirer = NewAcquirer(options => options.CoarseTicks = () => tick);
        var request = new TokenRequest("api://orders/.default");
        var old = await HoldAsync(acquirer, request, Hour);
        await acquirer.GetTokenAsync(request);
        _clock.Advance(TimeSpan.FromMinutes(56));
        tick++;

        Assert.Same(old, await acquirer.GetTokenAsync(request));

        var next = (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        tick++;
        await Patience.UntilAsync(async () => (await acquirer.GetTokenAsync(request)).Value == next.Value);
    }

    [Fact]
    public async Task A_flight_that_lands_while_a_caller_judges_the_old_token_is_not_followed_by_another()
    {
        var clock = new ClockThatPauses(_clock);
        var acquirer = NewAcquirer(options => options.TimeProvider = clock);
        var request = new TokenRequest("api://orders/.default");
        var old = await HoldAsync(acquirer, request, Hour);
        _clock.Advance(TimeSpan.FromMinutes(56));
        await acquirer.GetTokenAsync(request);
        var flight = await _credential.NextAsync();

        // This caller has the old token in its hands and looks at the clock; before it has read it, the next token is there.
        AccessToken? next = null;
        clock.Meanwhile = () =>
        {
            next = flight.Issue(_credential.NewToken(Hour));
            SpinWait.SpinUntil(
                () => acquirer.GetTokenAsync(request).AsTask() is { IsCompletedSuccessfully: true } got && got.Result.Value == next.Value,
                Patience.Limit);
        };
        var got = await acquirer.GetTokenAsync(request);
        Assert.Equal(next!.Value, got.Value);
        Assert.NotEqual(old.Value, got.Value);

        // An entry with an acquisition in flight cannot be retired.
        TokenCacheEntry? entry = null;
        await acquirer.GetTokenAsync(request, ref entry, default);
        Assert.True(entry!.TryRetire());
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task A_machine_suspended_during_a_flight_asks_again_when_the_token_ended_on_its_way()
    {
        var acquirer = NewAcquirer();
        var getting = acquirer.GetTokenAsync(new TokenRequest("api://orders/.default")).AsTask();
        var flight = await _credential.NextAsync();
        var late = _credential.NewToken(Hour);

        // Suspended: the wall clock goes on, the monotonic one stands still.
        _clock.SetWallClock(_clock.Now + (8 * Hour));
        flight.Issue(late);

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => getting);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.NotEqual(late.Value, (await HoldAsync(acquirer, new TokenRequest("api://orders/.default"), Hour)).Value);
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public async Task A_wall_clock_that_jumps_costs_one_refresh_and_then_all_is_quiet(int hours)
    {
        var acquirer = NewAcquirer();
        var request = new TokenRequest("api://orders/.default");
        await HoldAsync(acquirer, request, Hour);
        _clock.SetWallClock(_clock.Now.AddHours(hours));
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(4 * Hour + TimeSpan.FromHours(Math.Max(0, -hours))));

        await acquirer.GetTokenAsync(request);
        await Patience.UntilAsync(async () => (await acquirer.GetTokenAsync(request)).Value == "token-2");
        for (var call = 0; call < 1_000; call++)
        {
            await acquirer.GetTokenAsync(request);
        }

        Assert.Equal(2, _credential.Calls);
        await Patience.UntilAsync(() => _clock.PendingTimers == 0);
    }

    // ---- an endpoint that hangs

    [Fact]
    public async Task A_slow_refresh_returns_the_current_token()
    {
        var acquirer = NewAcquirer();
        var request = new TokenRequest("api://orders/.default");
        var living = await HoldAsync(acquirer, request, Hour);
        _clock.Advance(TimeSpan.FromMinutes(59) + TimeSpan.FromSeconds(20));

        var first = acquirer.GetTokenAsync(request).AsTask();
        var hanging = await _credential.NextAsync();
        _clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(first.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Same(living, await first.WaitAsync(Patience.Limit));
        Assert.Same(living, await acquirer.GetTokenAsync(request).AsTask().WaitAsync(Patience.Limit));

        var next = hanging.Issue(_credential.NewToken(Hour));
        await Patience.UntilAsync(async () => (await acquirer.GetTokenAsync(request)).Value == next.Value);
        Assert.Equal(2, _credential.Calls);
    }

    // ---- storms

    [Fact]
    public async Task Ten_thousand_waiters_cancelled_at_random_leave_nothing_behind_and_lose_no_token()
    {
        var acquirer = NewAcquirer();
        var request = new TokenRequest("api://orders/.default");
        var random = new Random(7);
        var sources = Enumerable.Range(0, 100).Select(_ => new CancellationTokenSource()).ToList();
        var waiters =
            Enumerable.Range(0, 10_000).Select(number => acquirer.GetTokenAsync(request, sources[number % 100].Token).AsTask()).ToList();
        var flight = await _credential.NextAsync();
        var timers = _clock.PendingTimers;
        var cancelled = sources.Where(_ => random.Next(2) == 0).ToHashSet();
        foreach (var source in cancelled)
        {
            await source.CancelAsync();
        }

        await Patience.UntilAsync(() => waiters.Count(waiter => waiter.IsCanceled) == cancelled.Count * 100);
        Assert.Equal(timers, _clock.PendingTimers);
        var token = flight.Issue(_credential.NewToken(Hour));

        for (var number = 0; number < waiters.Count; number++)
        {
            if (!cancelled.Contains(sources[number % 100]))
            {
                Assert.Equal(token.Value, (await waiters[number]).Value);
            }
        }

        Assert.Equal(token.Value, (await acquirer.GetTokenAsync(request)).Value);
        Assert.Equal(1, _credential.Calls);
        await Patience.UntilAsync(() => _clock.PendingTimers == 0);
        sources.ForEach(source => source.Dispose());
    }

    [Fact]
    public async Task A_refresh_whose_every_caller_was_cancelled_still_brings_its_token()
    {
        var acquirer = NewAcquirer();
        var request = new TokenRequest("api://orders/.default");
        await HoldAsync(acquirer, request, Hour);
        _clock.Advance(TimeSpan.FromMinutes(59.5));
        using var cancellation = new CancellationTokenSource();
        var waiters = Enumerable.Range(0, 100).Select(_ => acquirer.GetTokenAsync(request, cancellation.Token).AsTask()).ToList();
        var flight = await _credential.NextAsync();
        await cancellation.CancelAsync();
        await Patience.UntilAsync(() => waiters.TrueForAll(waiter => waiter.IsCanceled));

        var token = flight.Issue(_credential.NewToken(Hour));

        await Patience.UntilAsync(async () => (await acquirer.GetTokenAsync(request)).Value == token.Value);
        Assert.Equal(2, _credential.Calls);

        // A waiter is seen to be cancelled a moment before its timer is gone.
        await Patience.UntilAsync(() => _clock.PendingTimers == 0);
    }

    // ---- pressure

    [Fact]
    public async Task Under_pressure_the_table_keeps_its_bound_and_no_request_flies_twice_at_once()
    {
        const int Keys = 20_000;
        const int Capacity = 64;
        var now = new System.Collections.Concurrent.ConcurrentDictionary<TokenRequest, bool>();
        var twice = 0;
        var credential = new ScriptedCredential("entra", async (acquisition, _) =>
        {
            if (!now.TryAdd(acquisition.Request, true))
            {
                Interlocked.Increment(ref twice);
            }

            await Task.Yield();
            now.TryRemove(new(acquisition.Request, true));
            return ScriptedCredential.Token("entra", acquisition);
        });
        var acquirer = NewAcquirer(options => options.Capacity = Capacity, credential);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            for (var key = 0; key < Keys; key++)
            {
                var token = await acquirer.GetTokenAsync(new TokenRequest($"api://{key}/.default"));
                Assert.Contains($"//{key}/", token.Value, StringComparison.Ordinal);
            }
        })));

        Assert.Equal(0, twice);
        Assert.InRange(acquirer.EntryCount, 1, Capacity + 1);
    }

    [Fact]
    public async Task Twenty_thousand_users_leave_the_applications_token_alone()
    {
        var credential =
            new ScriptedCredential(
                "entra", acquisition => ScriptedCredential.Token("entra", acquisition))
            { Can = RequestFeatures.UserAssertion };
        var acquirer = NewAcquirer(options => (options.Capacity, options.OnBehalfOfCapacity) = (1, 100), credential);
        var own = new TokenRequest("api://orders/.default");
        var token = await acquirer.GetTokenAsync(own);

        for (var user = 0; user < 20_000; user++)
        {
            await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default") { UserAssertion = $"user-{user}" });
        }

        Assert.Same(token, await acquirer.GetTokenAsync(own));
        Assert.Single(credential.Asked, asked => asked.Request.UserAssertion is null);
    }

    // ---- requests that are shared, entries that are kept

    [Fact]
    public async Task A_request_shared_by_two_acquirers_gets_of_each_its_own_token()
    {
        var request = new TokenRequest("api://orders/.default");
        var (one, two) =
            (NewAcquirer(credential: ScriptedCredential.Issuing("one")), NewAcquirer(credential: ScriptedCredential.Issuing("two")));
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("one", (await one.GetTokenAsync(request)).AcquiredBy);
            Assert.Equal("two", (await two.GetTokenAsync(request)).AcquiredBy);
        }

        one.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => one.GetTokenAsync(request).AsTask());
        Assert.Equal("two", (await two.GetTokenAsync(request)).AcquiredBy);
        Assert.Equal("two", (await two.GetTokenAsync(request)).AcquiredBy);
    }

    [Fact]
    public async Task A_kept_entry_that_was_evicted_holds_nothing_and_the_next_one_takes_its_place()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        var acquirer = NewAcquirer(options => options.Capacity = 1);
        var request = new TokenRequest("api://orders/.default");
        TokenCacheEntry? entry = null;
        await acquirer.GetTokenAsync(request);
        var first = await acquirer.GetTokenAsync(request, ref entry, default);
        var evicted = entry!;
        await acquirer.GetTokenAsync(new TokenRequest("api://other/.default"));

        var second = await acquirer.GetTokenAsync(request, ref entry, default);

        Assert.NotEqual(first.Value, second.Value);
        Assert.Same(second, await acquirer.GetTokenAsync(request, ref entry, default));
        Assert.NotSame(evicted, entry);
        Assert.Null(evicted.Held(request));
    }

    [Fact]
    public async Task Disposal_while_flights_run_ends_every_waiter_and_leaves_no_token_and_no_timer()
    {
        var acquirer = NewAcquirer();
        var held = new TokenRequest("api://held/.default");
        await HoldAsync(acquirer, held, Hour);
        TokenCacheEntry? entry = null;
        await acquirer.GetTokenAsync(held, ref entry, default);
        var waiters =
            Enumerable.Range(0, 50).Select(number => acquirer.GetTokenAsync(new TokenRequest($"api://{number}/.default")).AsTask())
                .ToList();
        var flights = new List<PendingAcquisition>();
        for (var number = 0; number < waiters.Count; number++)
        {
            flights.Add(await _credential.NextAsync());
        }

        acquirer.Dispose();

        foreach (var waiter in waiters)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        }

        flights.ForEach(flight => flight.Issue(_credential.NewToken(Hour)));
        Assert.Null(entry!.Held(held));
        await Patience.UntilAsync(() => _clock.PendingTimers == 0);
    }

    private TokenAcquirer NewAcquirer(Action<TokenAcquirerOptions>? configure = null, Credential? credential = null)
    {
        var options = new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0 };
        configure?.Invoke(options);
        var acquirer = new TokenAcquirer(credential ?? _credential, options);
        _acquirers.Add(acquirer);
        return acquirer;
    }

    private async Task<AccessToken> HoldAsync(TokenAcquirer acquirer, TokenRequest request, TimeSpan lifetime)
    {
        var getting = acquirer.GetTokenAsync(request).AsTask();
        (await _credential.NextAsync()).Issue(_credential.NewToken(lifetime));
        return await getting;
    }
}
