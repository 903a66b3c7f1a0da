namespace WorkloadIdentity.Tests;

public sealed class TokenAcquirerTests : IDisposable
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    private readonly FakeClock _clock = new();
    private readonly FakeLog _logs = new();
    private readonly ControlledCredential _credential;
    private readonly TokenAcquirer _acquirer;

    public TokenAcquirerTests()
    {
        _credential = new ControlledCredential(_clock);
        _acquirer = NewAcquirer(_credential);
    }

    public void Dispose() => _acquirer.Dispose();

    // ---- hits

    [Fact]
    public async Task A_held_token_comes_back_synchronously_and_nobody_is_asked()
    {
        var token = await HoldAsync(TimeSpan.FromHours(1));

        var again = _acquirer.GetTokenAsync(Request);

        Assert.True(again.IsCompletedSuccessfully);
        Assert.Same(token, await again);
        Assert.Equal(1, _credential.Calls);
    }

    [Fact]
    public async Task A_cached_hit_allocates_nothing()
    {
        await HoldAsync(TimeSpan.FromHours(1));

        Assert.Equal((1000, 0), AllocatedBy(_acquirer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_cached_hit_that_reads_the_wall_clock_allocates_nothing(int threads)
    {
        var tick = 0L;
        using var acquirer = NewAcquirer(
            _credential,
            options => (options.TimeProvider, options.CoarseTicks) = (TimeProvider.System, () => Interlocked.Increment(ref tick)));
        _credential.Answer = _ => TokenResult.Issued(new AccessToken("token", TimeProvider.System.GetUtcNow().AddHours(1)));
        await acquirer.GetTokenAsync(Request);

        var results = await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(() => AllocatedBy(acquirer))));

        Assert.All(results, result => Assert.Equal((1000, 0), result));
        Assert.True(tick > 2000 * threads);
    }

    [Fact]
    public async Task Requests_that_differ_have_tokens_of_their_own()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        TokenRequest[] requests =
        [
            Request,
            Request.ForTenant("contoso.com"),
            new("api://orders/.default") { FmiPath = "agent" },
            new("api://orders/.default") { ContinuousAccess = true },
            new("api://orders/.default") { UserAssertion = "ann" },
            new("api://orders/.default") { UserAssertion = "bob" },
        ];

        var values = new HashSet<string>();
        foreach (var request in requests.Concat(requests))
        {
            values.Add((await _acquirer.GetTokenAsync(request)).Value);
        }

        Assert.Equal(requests.Length, values.Count);
        Assert.Equal(requests.Length, _credential.Calls);
    }

    // ---- flights

    [Fact]
    public async Task Ten_thousand_callers_on_an_empty_cache_cause_one_acquisition()
    {
        var callers = Enumerable.Range(0, 10_000).Select(_ => Task.Run(() => _acquirer.GetTokenAsync(Request).AsTask())).ToList();
        var token = (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.All(await Task.WhenAll(callers), served => Assert.Equal(token.Value, served.Value));
        Assert.Equal(1, _credential.Calls);
    }

    [Fact]
    public async Task A_waiter_that_cancels_leaves_at_once_and_the_flight_goes_on()
    {
        using var cancellation = new CancellationTokenSource();
        var leaver = _acquirer.GetTokenAsync(Request, cancellation.Token).AsTask();
        var stayer = _acquirer.GetTokenAsync(Request).AsTask();
        var flight = await _credential.NextAsync();

        await cancellation.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.False(flight.CancellationToken.IsCancellationRequested);

        var token = flight.Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        Assert.Equal(token.Value, (await stayer).Value);
    }

    [Fact]
    public async Task A_flight_survives_the_cancellation_of_everybody_who_waited_and_its_token_is_kept()
    {
        using var cancellation = new CancellationTokenSource();
        var only = _acquirer.GetTokenAsync(Request, cancellation.Token).AsTask();
        var flight = await _credential.NextAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only);

        var next = _acquirer.GetTokenAsync(Request).AsTask();
        var token = flight.Issue(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.Equal(token.Value, (await next).Value);
        Assert.Equal(1, _credential.Calls);
    }

    [Fact]
    public async Task A_cancelled_caller_gets_no_token_even_on_a_hit()
    {
        await HoldAsync(TimeSpan.FromHours(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _acquirer.GetTokenAsync(Request, new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task A_flight_ends_on_its_own_time_limit_even_if_the_credential_ignores_it()
    {
        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        var flight = await _credential.NextAsync();

        _clock.Advance(TimeSpan.FromMinutes(2));

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => waiting);
        Assert.Equal(TokenErrorKind.TimedOut, exception.Error.Kind);
        Assert.True(flight.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task What_is_ambient_at_the_first_caller_does_not_reach_the_credential()
    {
        var ambient = new AsyncLocal<string>();
        string? seen = "unset";
        _credential.Answer = _ =>
        {
            seen = ambient.Value;
            return TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        };

        ambient.Value = "the first caller's";
        await _acquirer.GetTokenAsync(Request);

        Assert.Null(seen);
        Assert.Equal("the first caller's", ambient.Value);
    }

    [Fact]
    public async Task No_more_acquisitions_run_at_once_than_the_limit()
    {
        using var acquirer = NewAcquirer(_credential, options => options.MaxConcurrentAcquisitions = 2);
        var callers = Enumerable.Range(0, 5).Select(n => acquirer.GetTokenAsync(new TokenRequest($"api://{n}/.default")).AsTask()).ToList();
        var first = await _credential.NextAsync();
        var second = await _credential.NextAsync();
        Assert.Equal(2, _credential.Calls);

        first.Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        second.Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        for (var n = 2; n < 5; n++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        }

        Assert.Equal(5, (await Task.WhenAll(callers)).Length);
    }

    [Fact]
    public async Task Dispose_ends_flights_and_their_waiters()
    {
        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        var flight = await _credential.NextAsync();

        _acquirer.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.True(flight.CancellationToken.IsCancellationRequested);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _acquirer.GetTokenAsync(Request).AsTask());
    }

    [Fact]
    public async Task A_credential_that_throws_is_a_failure_with_the_exception_inside()
    {
        _credential.Answer = _ => throw new InvalidOperationException("boom");

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());

        Assert.IsType<InvalidOperationException>(exception.InnerException);
        Assert.DoesNotContain("boom", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_expired_before_it_arrived_is_a_failure()
    {
        _credential.Answer = _ => TokenResult.Issued(new AccessToken("old", _clock.Now));

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());

        Assert.Equal(TokenErrorKind.InvalidResponse, exception.Error.Kind);
    }

    // ---- ages

    [Fact]
    public async Task Stale_token_is_served_while_one_refresh_runs()
    {
        var old = await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(56));

        for (var i = 0; i < 100; i++)
        {
            Assert.Same(old, await _acquirer.GetTokenAsync(Request));
        }

        var refresh = await _credential.NextAsync();
        Assert.Equal(2, _credential.Calls);
        var fresh = refresh.Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        await HoldsAsync(fresh);
    }

    [Fact]
    public async Task Within_the_last_minute_callers_wait_for_the_flight()
    {
        await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(59.5));

        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        Assert.False(waiting.IsCompleted);
        var token = (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.Equal(token.Value, (await waiting).Value);
    }

    [Fact]
    public async Task Within_the_last_minute_the_living_token_is_taken_when_the_flight_fails_and_while_it_backs_off()
    {
        var old = await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(59.5));
        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Fail();

        Assert.Same(old, await waiting);
        Assert.Same(old, await _acquirer.GetTokenAsync(Request));
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task An_expired_token_is_never_served()
    {
        await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromHours(1));

        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Fail();

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => waiting);
    }

    [Fact]
    public async Task A_wall_clock_set_back_refreshes_and_a_wall_clock_set_forward_expires()
    {
        var token = await HoldAsync(TimeSpan.FromHours(1));
        _clock.SetWallClock(_clock.Now.AddHours(-5));
        Assert.Same(token, await _acquirer.GetTokenAsync(Request));
        var second = (await _credential.NextAsync()).Issue(new AccessToken("second", token.ExpiresOn.AddHours(1)));
        await HoldsAsync(second);

        _clock.SetWallClock(second.ExpiresOn);
        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        var third = (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        Assert.Equal(third.Value, (await waiting).Value);
    }

    // ---- failure memory

    [Fact]
    public async Task An_outage_behind_a_living_token_costs_no_caller_and_few_requests()
    {
        var old = await HoldAsync(TimeSpan.FromHours(24));
        _clock.Advance(TimeSpan.FromHours(12));
        var failures = 0;
        foreach (var backOff in new[] { 30, 60, 120, 240, 300, 300 })
        {
            Assert.Same(old, await _acquirer.GetTokenAsync(Request));
            (await _credential.NextAsync()).Fail();
            failures++;
            await Patience.UntilAsync(() => _logs.Count(101) == failures);

            for (var second = 0; second < backOff; second++)
            {
                Assert.Same(old, await _acquirer.GetTokenAsync(Request));
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            Assert.Equal(1 + failures, _credential.Calls);
        }

        Assert.All(
            _logs.Entries.Where(entry => entry.Level > Microsoft.Extensions.Logging.LogLevel.Information),
            entry => Assert.Equal(101, entry.Id));
    }

    [Fact]
    public async Task A_refresh_that_brings_the_same_token_counts_as_failed()
    {
        var old = await HoldAsync(TimeSpan.FromHours(1));
        _credential.Answer = _ => TokenResult.Issued(new AccessToken(old.Value, old.ExpiresOn));
        _clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Same(old, await _acquirer.GetTokenAsync(Request));
        await Patience.UntilAsync(() => _logs.Count(101) == 1);
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Same(old, await _acquirer.GetTokenAsync(Request));
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task A_transient_failure_is_repeated_from_memory_and_asked_again_after_the_wait()
    {
        _credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Unreachable, "down"));
        var first = await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());
        var second = await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());

        Assert.False(first.Error.IsRepeated);
        Assert.True(second.Error.IsRepeated);
        Assert.Equal(1, _credential.Calls);

        _clock.Advance(TimeSpan.FromSeconds(1));
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        Assert.NotNull(await _acquirer.GetTokenAsync(Request));
    }

    [Fact]
    public async Task A_failure_behind_a_living_token_is_not_held_against_callers_once_it_expired()
    {
        await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(59.9));
        var waiting = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Fail();
        await waiting;

        _clock.Advance(TimeSpan.FromSeconds(10));
        var afterExpiry = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        Assert.NotNull(await afterExpiry);
    }

    [Fact]
    public async Task A_missing_configuration_is_looked_for_again_at_once()
    {
        _credential.Answer = _ => TokenResult.Unavailable(new TokenError(TokenErrorKind.NotConfigured, "no variable"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.NotNull(await _acquirer.GetTokenAsync(Request));
    }

    // ---- bounds

    [Fact]
    public async Task The_table_keeps_its_bound_and_evicts_what_was_idle_longest()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        using var acquirer = NewAcquirer(_credential, options => options.Capacity = 32);
        for (var n = 0; n < 200; n++)
        {
            await acquirer.GetTokenAsync(new TokenRequest($"api://{n}/.default"));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(200, _credential.Calls);
        await acquirer.GetTokenAsync(new TokenRequest("api://199/.default"));
        await acquirer.GetTokenAsync(new TokenRequest("api://180/.default"));
        Assert.Equal(200, _credential.Calls);
        await acquirer.GetTokenAsync(new TokenRequest("api://0/.default"));
        Assert.Equal(201, _credential.Calls);
    }

    [Fact]
    public async Task A_slot_in_flight_is_never_evicted_and_never_doubled()
    {
        using var acquirer = NewAcquirer(_credential, options => options.Capacity = 2);
        var callers = Enumerable.Range(0, 20)
            .SelectMany(n => Enumerable.Repeat(new TokenRequest($"api://{n}/.default"), 3))
            .Select(request => acquirer.GetTokenAsync(request).AsTask())
            .ToList();
        for (var n = 0; n < 20; n++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        }

        Assert.Equal(20, (await Task.WhenAll(callers)).Select(token => token.Value).Distinct().Count());
        Assert.Equal(20, _credential.Calls);
    }

    [Fact]
    public async Task Users_never_push_out_the_applications_tokens()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        using var acquirer = NewAcquirer(_credential, options => (options.Capacity, options.OnBehalfOfCapacity) = (4, 4));
        var own = await acquirer.GetTokenAsync(Request);
        for (var n = 0; n < 100; n++)
        {
            await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default") { UserAssertion = $"user-{n}" });
        }

        Assert.Same(own, await acquirer.GetTokenAsync(Request));
    }

    [Fact]
    public async Task An_on_behalf_of_token_ends_with_its_assertion()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(2)));
        var exp = _clock.Now.AddMinutes(10).ToUnixTimeSeconds();
        var assertion =
            $"e30.{System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($$"""{"exp":{{exp}}}"""))}.c2ln";
        var request = new TokenRequest("api://orders/.default") { UserAssertion = assertion };
        await _acquirer.GetTokenAsync(request);

        _clock.Advance(TimeSpan.FromMinutes(5));
        await _acquirer.GetTokenAsync(request);
        Assert.Equal(1, _credential.Calls);
        _clock.Advance(TimeSpan.FromMinutes(5));
        await _acquirer.GetTokenAsync(request);
        Assert.Equal(2, _credential.Calls);
    }

    // ---- renewal

    [Fact]
    public async Task However_many_callers_saw_the_same_rejection_one_renewal_runs()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        var callers = Enumerable.Range(0, 100).Select(_ => Task.Run(() => _acquirer.RenewTokenAsync(Request, rejected).AsTask())).ToList();
        var renewal = await _credential.NextAsync();
        Assert.Same(rejected, renewal.Acquisition.Rejected);
        var renewed = renewal.Issue(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.All(await Task.WhenAll(callers), token => Assert.Equal(renewed.Value, token.Value));
        Assert.Equal(2, _credential.Calls);
        await HoldsAsync(renewed);
    }

    [Fact]
    public async Task A_token_other_than_the_rejected_one_is_returned_without_asking()
    {
        var held = await HoldAsync(TimeSpan.FromHours(1));

        Assert.Same(held, await _acquirer.RenewTokenAsync(Request, new AccessToken("an-earlier-one", _clock.Now)));
        Assert.Equal(1, _credential.Calls);
    }

    [Fact]
    public async Task A_flight_under_way_may_bring_the_other_token()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(56));
        await _acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();

        var renewing = _acquirer.RenewTokenAsync(Request, rejected).AsTask();
        var fresh = refresh.Issue(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.Equal(fresh.Value, (await renewing).Value);
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task Claims_never_join_a_flight_without_them()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        _clock.Advance(TimeSpan.FromMinutes(56));
        await _acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();
        var renewing = _acquirer.RenewTokenAsync(Request, rejected, """{"access_token":{"nbf":{}}}""").AsTask();
        refresh.Fail();

        var renewal = await _credential.NextAsync();
        Assert.Equal("""{"access_token":{"nbf":{}}}""", renewal.Acquisition.Claims);
        var renewed = renewal.Issue(_credential.NewToken(TimeSpan.FromHours(1)));
        Assert.Equal(renewed.Value, (await renewing).Value);
    }

    [Fact]
    public async Task The_same_claims_asked_again_are_answered_from_memory()
    {
        var first = await HoldAsync(TimeSpan.FromHours(1));
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        var answer = await _acquirer.RenewTokenAsync(Request, first, "{}");

        Assert.Equal(answer.Value, (await _acquirer.RenewTokenAsync(Request, first, "{}")).Value);
        Assert.Equal(answer.Value, (await _acquirer.RenewTokenAsync(Request, rejected: null, "{}")).Value);
        Assert.Equal(2, _credential.Calls);
    }

    [Fact]
    public async Task After_a_second_renewal_a_slot_has_one_in_thirty_seconds()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        for (var call = 0; call < 50; call++)
        {
            rejected = await _acquirer.RenewTokenAsync(Request, rejected);
        }

        Assert.Equal(3, _credential.Calls);
        Assert.Same(rejected, await _acquirer.RenewTokenAsync(Request, rejected));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.NotSame(rejected, await _acquirer.RenewTokenAsync(Request, rejected));
        Assert.Equal(4, _credential.Calls);
    }

    [Fact]
    public async Task A_credential_that_cannot_carry_claims_gives_the_rejected_token_back()
    {
        var credential = new ControlledCredential(_clock) { Features = RequestFeatures.None };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        using var acquirer = NewAcquirer(credential);
        var rejected = await acquirer.GetTokenAsync(Request);

        Assert.Same(rejected, await acquirer.RenewTokenAsync(Request, rejected, "{}"));
    }

    [Fact]
    public async Task A_renewal_that_brings_the_rejected_token_again_gives_it_back()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        _credential.Answer = _ => TokenResult.Issued(new AccessToken(rejected.Value, rejected.ExpiresOn));

        Assert.Same(rejected, await _acquirer.RenewTokenAsync(Request, rejected));
    }

    [Fact]
    public async Task A_refused_renewal_surfaces_and_the_held_token_stays()
    {
        var rejected = await HoldAsync(TimeSpan.FromHours(1));
        _credential.Answer =
            _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "blocked") { Category = TokenErrorCategory.ConditionalAccess });

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.RenewTokenAsync(Request, rejected, "{}").AsTask());
        Assert.Equal(TokenErrorCategory.ConditionalAccess, exception.Error.Category);
        Assert.Same(rejected, await _acquirer.GetTokenAsync(Request));
    }

    [Fact]
    public async Task A_renewal_passes_by_the_failure_memory()
    {
        _credential.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no consent"));
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => _acquirer.GetTokenAsync(Request).AsTask());
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));

        Assert.NotNull(await _acquirer.RenewTokenAsync(Request, new AccessToken("rejected", _clock.Now), "{}"));
    }

    // ---- what operators see

    [Fact]
    public async Task The_first_success_is_told_once_and_healthy_running_says_nothing_more()
    {
        _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(TimeSpan.FromHours(1)));
        await _acquirer.GetTokenAsync(Request);
        await _acquirer.GetTokenAsync(Request.ForTenant("contoso.com"));
        _clock.Advance(TimeSpan.FromHours(1));
        await _acquirer.GetTokenAsync(Request);

        var told = Assert.Single(_logs.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Information);
        Assert.Contains("api://orders", told.Text, StringComparison.Ordinal);
        Assert.Contains("controlled", told.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_logs.Entries, entry => entry.Text.Contains("token-", StringComparison.Ordinal));
    }

    // ---- construction

    [Fact]
    public void A_second_level_needs_a_credential_with_a_partition() =>
        Assert.Throws<ArgumentException>(() => new TokenAcquirer(_credential, new TokenAcquirerOptions { Store = new MemoryStore() }));

    [Fact]
    public async Task A_second_level_answers_before_the_credential_and_is_told_what_the_credential_issued()
    {
        var store = new MemoryStore();
        var credential = ControlledCredentialSharing("app");
        using var one = NewAcquirer(credential, options => options.Store = store);
        using var two = NewAcquirer(credential, options => options.Store = store);

        var token = await one.GetTokenAsync(Request);

        Assert.Equal(token.Value, (await two.GetTokenAsync(Request)).Value);
        Assert.Equal(1, credential.Calls);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default", null)]
    [InlineData("api://AzureADTokenExchangeUSGov/.default", null)]
    [InlineData("api://orders/.default", "a-user")]
    public async Task What_must_not_be_shared_never_reaches_the_second_level(string scope, string? user)
    {
        var store = new MemoryStore();
        using var acquirer = NewAcquirer(ControlledCredentialSharing("app"), options => options.Store = store);

        await acquirer.GetTokenAsync(new TokenRequest(scope) { UserAssertion = user });

        Assert.Equal(0, store.Asked);
    }

    [Fact]
    public async Task A_second_level_that_hangs_or_throws_is_a_miss()
    {
        var store =
            new MemoryStore
            {
                Reads = (_, end) => new ValueTask<AccessToken?>(_clock.HangForeverAsync<AccessToken?>(end)),
                Writes = () => throw new InvalidOperationException("full")
            };
        using var acquirer = NewAcquirer(ControlledCredentialSharing("app"), options => options.Store = store);

        Assert.NotNull(await _clock.RunUntilAsync(acquirer.GetTokenAsync(Request).AsTask()));
    }

    [Theory]
    [InlineData(120, 2, 2)]
    [InlineData(120, 12, 12)]
    [InlineData(10, 12, 5)]
    public async Task A_second_level_is_waited_for_as_long_as_it_wants_and_half_of_the_acquisition_at_most(
        int acquisition, int wanted, int waited)
    {
        var store =
            new MemoryStore
            {
                Limit = TimeSpan.FromSeconds(wanted),
                Reads = (_, end) => new ValueTask<AccessToken?>(_clock.HangForeverAsync<AccessToken?>(end)),
            };
        using var acquirer =
            NewAcquirer(
                ControlledCredentialSharing("app"),
                options => (options.Store, options.AcquisitionTimeLimit) = (store, TimeSpan.FromSeconds(acquisition)));
        var before = _clock.Now;

        await _clock.RunUntilAsync(() => acquirer.GetTokenAsync(Request));

        Assert.Equal(waited, (_clock.Now - before).TotalSeconds);
        Assert.Contains(_logs.Entries, entry => entry.Id == 104 && entry.Text.Contains($"within {waited} s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_level_is_told_of_a_failure_and_its_own_failure_then_hides_nothing()
    {
        var store = new MemoryStore();
        var credential =
            new ControlledCredential(
                _clock)
            { SharedAs = "app", Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no")) };
        using var acquirer = NewAcquirer(credential, options => options.Store = store);

        var failure = await Assert.ThrowsAsync<TokenAcquisitionException>(() => acquirer.GetTokenAsync(Request).AsTask());

        Assert.Equal((TokenErrorKind.Refused, 1), (failure.Error.Kind, store.Abandoned));
        Assert.Equal(1, _logs.Count(104));
    }

    [Theory]
    [InlineData(0, 1, 1, 1)]
    [InlineData(1, 0, 1, 1)]
    [InlineData(1, 1, 0, 1)]
    [InlineData(1, 1, 1, 0)]
    public void Options_out_of_range_are_refused_at_construction(int capacity, int onBehalfOf, int concurrent, int queued) =>
        Assert.Throws<ArgumentException>(() => NewAcquirer(
            _credential,
            options =>
            {
                (options.Capacity, options.OnBehalfOfCapacity) = (capacity, onBehalfOf);
                (options.MaxConcurrentAcquisitions, options.MaxQueuedAcquisitions) = (concurrent, queued);
            }));

    private ControlledCredential ControlledCredentialSharing(string partition)
    {
        var credential = new ControlledCredential(_clock) { SharedAs = partition };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        return credential;
    }

    private TokenAcquirer NewAcquirer(Credential credential, Action<TokenAcquirerOptions>? configure = null)
    {
        var options = new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0, LoggerFactory = _logs };
        configure?.Invoke(options);
        return new TokenAcquirer(credential, options);
    }

    private async Task<AccessToken> HoldAsync(TimeSpan lifetime)
    {
        var getting = _acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Issue(_credential.NewToken(lifetime));
        return await getting;
    }

    private async Task HoldsAsync(AccessToken token)
    {
        AccessToken? held = null;
        await Patience.UntilAsync(async () => (held = await _acquirer.GetTokenAsync(Request)).Value == token.Value);
        Assert.Equal(token.Value, held?.Value);
    }

    /// <summary>How many of 1000 calls were hits, and the bytes that they allocated.</summary>
    private static (int Hits, long Bytes) AllocatedBy(TokenAcquirer acquirer)
    {
        // The code is compiled first.
        Hits(acquirer, 1000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var hits = Hits(acquirer, 1000);
        return (hits, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static int Hits(TokenAcquirer acquirer, int times)
    {
        var hits = 0;
        for (var i = 0; i < times; i++)
        {
            var hit = acquirer.GetTokenAsync(Request);
            hits += hit.IsCompletedSuccessfully && hit.Result is not null ? 1 : 0;
        }

        return hits;
    }

    private sealed class MemoryStore : TokenStore
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<(string, TokenRequest), AccessToken> _tokens = new();

        public int Asked { get; private set; }

        public int Abandoned { get; private set; }

        public TimeSpan? Limit { get; init; }

        public override TimeSpan ReadTimeLimit => Limit ?? base.ReadTimeLimit;

        public override void Abandon(string partition, TokenRequest request)
        {
            Abandoned++;
            throw new IOException("a bad store");
        }

        public Func<TokenRequest, CancellationToken, ValueTask<AccessToken?>>? Reads { get; init; }

        public Action? Writes { get; init; }

        public override ValueTask<AccessToken?> ReadAsync(string partition, TokenRequest request, CancellationToken cancellationToken)
        {
            Asked++;
            return Reads?.Invoke(request, cancellationToken) ?? ValueTask.FromResult(_tokens.GetValueOrDefault((partition, request)));
        }

        public override ValueTask WriteAsync(string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken)
        {
            Asked++;
            Writes?.Invoke();
            _tokens[(partition, request)] = token;
            return ValueTask.CompletedTask;
        }
    }
}
