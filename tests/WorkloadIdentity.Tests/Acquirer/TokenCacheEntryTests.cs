namespace WorkloadIdentity.Tests;

/// <summary>One cache entry: what it serves, when it refreshes, and what a caller gets who waited for another's acquisition.</summary>
public sealed class TokenCacheEntryTests : IDisposable
{
    private static readonly TokenRequest Request = new("api://orders/.default");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly FakeLog _logs = new();
    private readonly FakeMeters _meters = new();
    private readonly ControlledCredential _credential;
    private readonly List<TokenAcquirer> _acquirers = [];

    public TokenCacheEntryTests() => _credential = new ControlledCredential(_clock);

    public void Dispose()
    {
        _acquirers.ForEach(acquirer => acquirer.Dispose());
        _meters.Dispose();
        _logs.Dispose();
    }

    // ---- hits

    [Fact]
    public async Task A_stale_token_is_judged_by_the_clock_and_not_by_what_the_clock_said_earlier_in_the_tick()
    {
        var acquirer = NewAcquirer(options => options.CoarseTicks = () => 1);
        var old = await HoldAsync(acquirer);
        _clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Same(old, await acquirer.GetTokenAsync(Request));
        var refresh = await _credential.NextAsync();
        Assert.Same(old, await acquirer.GetTokenAsync(Request));

        _clock.SetWallClock(old.ExpiresOn);

        var waiting = acquirer.GetTokenAsync(Request).AsTask();
        Assert.False(waiting.IsCompleted);
        var fresh = refresh.Issue(_credential.NewToken(Hour));
        Assert.Equal(fresh.Value, (await waiting).Value);
    }

    [Fact]
    public async Task The_age_of_a_stale_token_is_measured_too()
    {
        var acquirer = NewAcquirer();
        await HoldAsync(acquirer);
        _clock.Advance(TimeSpan.FromMinutes(56));

        await acquirer.GetTokenAsync(Request);

        Assert.Equal(56 * 60, Assert.Single(_meters.Of("workload_identity.token.age")).Value);
    }

    // ---- refreshes

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    public async Task After_a_refresh_that_failed_behind_an_unexpired_token_the_next_one_waits_for_30_seconds(int seconds, bool starts)
    {
        var acquirer = NewAcquirer();
        var old = await HoldAsync(acquirer);
        _clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Same(old, await acquirer.GetTokenAsync(Request));
        (await _credential.NextAsync()).Fail();
        await Patience.UntilAsync(() => _logs.Count(101) == 1);
        Assert.Contains(
            "the next refresh is in 00:00:30.", _logs.Entries.Single(entry => entry.Id == 101).Text, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(seconds));

        TokenCacheEntry? entry = null;
        Assert.Same(old, await acquirer.GetTokenAsync(Request, ref entry, CancellationToken.None));

        // An entry with an acquisition in flight cannot be retired.
        Assert.Equal(starts, !entry!.TryRetire());
    }

    [Theory]
    [InlineData("token-1", 120)]
    [InlineData("another", 60)]
    [InlineData("another", 59)]
    public async Task A_refresh_that_brings_the_same_value_or_no_later_expiry_counts_as_failed(string value, int minutes)
    {
        var acquirer = NewAcquirer();
        var old = await HoldAsync(acquirer);
        var brought = new AccessToken(value, old.ExpiresOn.AddMinutes(minutes - 60));
        _clock.Advance(TimeSpan.FromMinutes(56));
        Assert.Same(old, await acquirer.GetTokenAsync(Request));
        (await _credential.NextAsync()).Issue(brought);

        var served = old;
        await Patience.UntilAsync(async () =>
            _logs.Count(101) == 1 || !ReferenceEquals(old, served = await acquirer.GetTokenAsync(Request)));

        Assert.Same(old, served);
        Assert.Equal(1, _logs.Count(101));
    }

    [Fact]
    public async Task A_queued_refresh_behind_an_unexpired_token_is_not_dropped_with_a_caller_who_renews_and_leaves()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        var old = await HoldAsync(acquirer);
        _clock.Advance(TimeSpan.FromMinutes(56));
        _ = acquirer.GetTokenAsync(new TokenRequest("api://slow/.default")).AsTask();
        var slow = await _credential.NextAsync();
        Assert.Same(old, await acquirer.GetTokenAsync(Request));
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);

        using var cancellation = new CancellationTokenSource();
        var leaving = acquirer.RenewTokenAsync(Request, old, cancellationToken: cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        slow.Issue(_credential.NewToken(Hour));

        Assert.Equal(Request, (await _credential.NextAsync()).Acquisition.Request);
    }

    // ---- callers who waited for another's acquisition

    [Fact]
    public async Task A_caller_who_waited_for_a_renewal_that_fails_gets_an_acquisition_of_its_own()
    {
        var acquirer = NewAcquirer();
        var renewing = acquirer.RenewTokenAsync(Request, new AccessToken("rejected", _clock.Now)).AsTask();
        var renewal = await _credential.NextAsync();
        var getting = acquirer.GetTokenAsync(Request).AsTask();

        renewal.Fail();
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => renewing);

        var token = (await NextAsync(getting)).Issue(_credential.NewToken(Hour));
        Assert.Equal(token.Value, (await getting).Value);
    }

    [Fact]
    public async Task A_renewal_that_waited_for_a_refresh_that_fails_runs_on_its_own()
    {
        var acquirer = NewAcquirer();
        var rejected = await HoldAsync(acquirer);
        _clock.Advance(TimeSpan.FromMinutes(56));
        await acquirer.GetTokenAsync(Request);
        var refresh = await _credential.NextAsync();
        var renewing = acquirer.RenewTokenAsync(Request, rejected).AsTask();

        refresh.Fail();

        var renewal = await NextAsync(renewing);
        Assert.Same(rejected, renewal.Acquisition.Rejected);
        var renewed = renewal.Issue(_credential.NewToken(Hour));
        Assert.Equal(renewed.Value, (await renewing).Value);
    }

    [Fact]
    public async Task A_renewal_that_joined_an_acquisition_which_was_just_dropped_runs_on_its_own()
    {
        var acquirer = NewAcquirer(options => options.MaxConcurrentAcquisitions = 1);
        _ = acquirer.GetTokenAsync(new TokenRequest("api://slow/.default")).AsTask();
        var slow = await _credential.NextAsync();
        using var cancellation = new CancellationTokenSource();
        TokenCacheEntry? entry = null;
        var leaving = acquirer.GetTokenAsync(Request, ref entry, cancellation.Token).AsTask();
        await Patience.UntilAsync(() => _clock.PendingTimers == 2);
        var rejected = new AccessToken("rejected", _clock.Now);

        // An entry is its own lock. While the test holds it, the dropped acquisition cannot leave the entry, and the renewal joins it.
        Task<AccessToken> renewing;
        lock (entry!)
        {
            cancellation.Cancel();
            Assert.True(SpinWait.SpinUntil(() => _clock.PendingTimers == 1, Patience.Limit));
            renewing = acquirer.RenewTokenAsync(Request, rejected).AsTask();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        slow.Issue(_credential.NewToken(Hour));
        var renewal = await NextAsync(renewing);
        Assert.Same(rejected, renewal.Acquisition.Rejected);
        var renewed = renewal.Issue(_credential.NewToken(Hour));
        Assert.Equal(renewed.Value, (await renewing).Value);
    }

    /// <summary>The next attempt. It comes before <paramref name="caller"/> has its answer.</summary>
    private async Task<PendingAcquisition> NextAsync(Task caller)
    {
        var next = _credential.NextAsync();
        Assert.Same(next, await Task.WhenAny(next, caller));
        return await next;
    }

    private TokenAcquirer NewAcquirer(Action<TokenAcquirerOptions>? configure = null)
    {
        var options = new TokenAcquirerOptions
        {
            TimeProvider = _clock,
            Jitter = () => 0,
            LoggerFactory = _logs,
            MeterFactory = _meters,
        };
        configure?.Invoke(options);
        var acquirer = new TokenAcquirer(_credential, options);
        _acquirers.Add(acquirer);
        return acquirer;
    }

    private async Task<AccessToken> HoldAsync(TokenAcquirer acquirer)
    {
        var getting = acquirer.GetTokenAsync(Request).AsTask();
        (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        return await getting;
    }
}
