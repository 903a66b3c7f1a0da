namespace WorkloadIdentity.Tests;

/// <summary>Who runs, who waits, who is turned away: a crowd of users, callers who leave, credentials that block.</summary>
public sealed class AcquisitionQueueTests : IDisposable
{
    private static readonly TokenRequest Own = new("api://orders/.default");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly ControlledCredential _credential;
    private readonly List<TokenAcquirer> _acquirers = [];

    public AcquisitionQueueTests() => _credential = new ControlledCredential(_clock);

    public void Dispose() => _acquirers.ForEach(acquirer => acquirer.Dispose());

    [Fact]
    public async Task Users_do_not_hold_up_the_application()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 2);
        var users = Enumerable.Range(0, 50).Select(n => acquirer.GetTokenAsync(User(n)).AsTask()).ToList();
        await _credential.NextAsync();
        await _credential.NextAsync();

        var own = acquirer.GetTokenAsync(Own).AsTask();
        var flight = await _credential.NextAsync();
        Assert.Null(flight.Acquisition.Request.UserAssertion);
        flight.Issue(_credential.NewToken(Hour));

        Assert.NotNull(await own);
        Assert.DoesNotContain(users, user => user.IsCompleted);
    }

    [Fact]
    public async Task The_application_does_not_hold_up_users()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        _ = acquirer.GetTokenAsync(Own).AsTask();
        await _credential.NextAsync();

        _ = acquirer.GetTokenAsync(User(1)).AsTask();

        Assert.NotNull((await _credential.NextAsync()).Acquisition.Request.UserAssertion);
    }

    [Fact]
    public async Task What_waits_for_a_turn_is_dropped_once_its_last_caller_has_left()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        var first = acquirer.GetTokenAsync(User(0)).AsTask();
        var running = await _credential.NextAsync();
        using var cancellation = new CancellationTokenSource();
        var leaving = Enumerable.Range(1, 200).SelectMany(n => new[] { n, n })
            .Select(n => acquirer.GetTokenAsync(User(n), cancellation.Token).AsTask()).ToList();
        var staying = acquirer.GetTokenAsync(User(200)).AsTask();
        await Patience.UntilAsync(() => _clock.PendingTimers == 201);

        await cancellation.CancelAsync();
        foreach (var caller in leaving)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        }

        // One runs, one is still wanted.
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);
        running.Issue(_credential.NewToken(Hour));
        var next = await _credential.NextAsync();
        Assert.Equal(User(200), next.Acquisition.Request);
        next.Issue(_credential.NewToken(Hour));
        await Task.WhenAll(first, staying);
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task Who_comes_after_a_flight_was_dropped_gets_a_token()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        _ = acquirer.GetTokenAsync(User(0)).AsTask();
        var running = await _credential.NextAsync();
        var requests = Enumerable.Range(0, 100).Select(_ => User(1)).ToList();
        var served = new List<Task<AccessToken>>();
        foreach (var request in requests)
        {
            using var cancellation = new CancellationTokenSource();
            var leaving = acquirer.GetTokenAsync(request, cancellation.Token).AsTask();
            served.Add(acquirer.GetTokenAsync(request).AsTask());
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        }

        running.Issue(_credential.NewToken(Hour));
        (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));

        Assert.Single((await Task.WhenAll(served)).Select(token => token.Value).Distinct());
        Assert.Equal(2, _credential.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_than_may_wait_are_turned_away_with_the_setting_to_change(bool users)
    {
        var acquirer = NewAcquirer(options => (options.MaxConcurrentAcquisitions, options.MaxQueuedAcquisitions) = (1, 3));
        TokenRequest Next(int n) => users ? User(n) : new TokenRequest($"api://{n}/.default");
        _ = acquirer.GetTokenAsync(Next(0)).AsTask();
        var running = await _credential.NextAsync();
        var callers = Enumerable.Range(1, 4).Select(n => acquirer.GetTokenAsync(Next(n)).AsTask()).ToList();

        var refused = await Task.WhenAny(callers).WaitAsync(Patience.Limit);

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => refused)).Error;
        Assert.Equal(TokenErrorKind.Throttled, error.Kind);
        Assert.True(error.IsTransient);
        Assert.Contains("3 others already wait in the queue", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxQueuedAcquisitions", error.Message, StringComparison.Ordinal);
        Assert.Equal("wid explain acquisition-queue", error.Help);
        running.Issue(_credential.NewToken(Hour));
        for (var n = 0; n < 3; n++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        }

        await Task.WhenAll(callers.Where(caller => caller != refused));
        Assert.Equal(4, _credential.Calls);
    }

    [Fact]
    public async Task The_time_limit_covers_the_wait_for_a_turn()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        var first = acquirer.GetTokenAsync(User(0)).AsTask();
        await _credential.NextAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        var second = acquirer.GetTokenAsync(User(1)).AsTask();
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => first);

        // The second runs now, with a minute less than if its time had begun with its turn.
        await _credential.NextAsync();
        var third = acquirer.GetTokenAsync(User(2)).AsTask();
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => second);
        Assert.Contains("did not answer within 120 s", exception.Message, StringComparison.Ordinal);
        Assert.False(third.IsCompleted);
    }

    [Fact]
    public async Task Who_gets_no_turn_within_the_limit_is_told_so()
    {
        var acquirer = NewAcquirer(options =>
            (options.MaxConcurrentAcquisitions, options.AcquisitionTimeLimit) = (1, TimeSpan.FromMinutes(1)));
        var before = acquirer.GetTokenAsync(User(0)).AsTask();
        await _credential.NextAsync();
        var waiting = acquirer.GetTokenAsync(User(1)).AsTask();
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);

        _clock.Advance(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => before);
        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => waiting)).Error;
        Assert.Equal(TokenErrorKind.TimedOut, error.Kind);

        // Both limits passed in the same instant: the turn that came free may have gone to the second just before.
        Assert.Matches("waited in the queue for 60 s|did not answer within 60 s", error.Message);
    }

    [Fact]
    public async Task A_credential_that_blocks_before_its_first_await_holds_no_turn_beyond_the_limit()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new SemaphoreSlim(0);
        var credential = new ScriptedCredential("blocking", acquisition =>
        {
            if (acquisition.Request.Scope == Own.Scope)
            {
                entered.Release();
                release.Wait();
            }

            return TokenResult.Issued(_credential.NewToken(Hour));
        });
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1, credential);
        var blocked = acquirer.GetTokenAsync(Own).AsTask();
        Assert.True(await entered.WaitAsync(Patience.Limit));
        var next = acquirer.GetTokenAsync(new TokenRequest("api://next/.default")).AsTask();

        _clock.Advance(TimeSpan.FromMinutes(2));

        var error = (await Assert.ThrowsAsync<TokenAcquisitionException>(() => blocked.WaitAsync(Patience.Limit))).Error;
        Assert.Equal(TokenErrorKind.TimedOut, error.Kind);
        try
        {
            await next.WaitAsync(Patience.Limit);
        }
        catch (TokenAcquisitionException)
        {
            // It had been waiting for as long.
            _clock.Advance(TimeSpan.FromSeconds(1));
            await acquirer.GetTokenAsync(new TokenRequest("api://next/.default")).AsTask().WaitAsync(Patience.Limit);
        }

        release.Set();
    }

    [Fact]
    public async Task Disposal_ends_what_waits_for_a_turn()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        var callers = Enumerable.Range(0, 20).Select(n => acquirer.GetTokenAsync(User(n)).AsTask()).ToList();
        await _credential.NextAsync();

        acquirer.Dispose();

        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => caller.WaitAsync(Patience.Limit));
        }
    }

    // ---- users' slots

    [Fact]
    public async Task Failed_users_make_room_before_users_with_a_token()
    {
        var good = Enumerable.Range(0, 16).Select(User).ToList();
        _credential.Answer = acquisition => acquisition.Request.UserAssertion!.StartsWith("bad", StringComparison.Ordinal)
            ? TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no such user"))
            : TokenResult.Issued(_credential.NewToken(Hour));
        var acquirer = NewAcquirer(options => options.OnBehalfOfCapacity = 32);
        foreach (var request in good)
        {
            await acquirer.GetTokenAsync(request);
        }

        for (var n = 0; n < 500; n++)
        {
            var bad = new TokenRequest("api://orders/.default") { UserAssertion = $"bad-{n}" };
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(bad).AsTask());
        }

        var before = _credential.Calls;
        foreach (var request in good)
        {
            Assert.NotNull(await acquirer.GetTokenAsync(request));
        }

        Assert.Equal(before, _credential.Calls);
    }

    [Fact]
    public async Task A_users_slot_in_its_first_flight_is_neither_evicted_nor_doubled()
    {
        var acquirer = NewAcquirer(options => options.OnBehalfOfCapacity = 4);
        var callers = Enumerable.Range(0, 60).SelectMany(n => new[] { n, n })
            .Select(n => acquirer.GetTokenAsync(User(n)).AsTask()).ToList();
        var again = Enumerable.Range(0, 60).Select(n => acquirer.GetTokenAsync(User(n)).AsTask()).ToList();
        for (var n = 0; n < 60; n++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        }

        Assert.Equal(60, (await Task.WhenAll(callers.Concat(again))).Select(token => token.Value).Distinct().Count());
        Assert.Equal(60, _credential.Calls);
    }

    [Fact]
    public async Task After_a_crowd_the_users_table_is_as_small_as_its_capacity()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));
        using var meters = new FakeMeters();
        var acquirer = NewAcquirer(options => (options.OnBehalfOfCapacity, options.MeterFactory) = (20, meters));
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(n => Task.Run(() => acquirer.GetTokenAsync(User(n)).AsTask())));
        for (var n = 0; n < 500; n++)
        {
            await acquirer.GetTokenAsync(User(10_000 + n));
        }

        // The last twenty are sure to be held; of the crowd nothing is left.
        var before = _credential.Calls;
        await acquirer.GetTokenAsync(User(10_499));
        Assert.Equal(before, _credential.Calls);
        await acquirer.GetTokenAsync(User(1));
        Assert.Equal(before + 1, _credential.Calls);
    }

    private static TokenRequest User(int n) => new("api://orders/.default") { UserAssertion = $"user-{n}" };

    private TokenAcquirer NewAcquirer(Action<TokenAcquirerOptions> configure, Credential? credential = null)
    {
        var options = new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0 };
        configure(options);
        var acquirer = new TokenAcquirer(credential ?? _credential, options);
        _acquirers.Add(acquirer);
        return acquirer;
    }
}
