namespace WorkloadIdentity.Tests;

public sealed class TransientRetryTests
{
    private static readonly TokenError Transient = new(TokenErrorKind.Unreachable, "down");
    private static readonly TokenError Final = new(TokenErrorKind.Refused, "no");

    private readonly FakeClock _clock = new();
    private readonly List<TimeSpan> _attempts = [];

    [Fact]
    public async Task Attempts_are_repeated_until_one_succeeds()
    {
        Assert.Equal("token", await RepeatAsync(new RetryOptions { MaxAttempts = 5 }, Transient, Transient, null));
        Assert.Equal(2, _attempts.Count);
    }

    [Fact]
    public async Task An_error_that_is_not_transient_ends_the_attempts()
    {
        Assert.Equal("no", await RepeatAsync(new RetryOptions { MaxAttempts = 5 }, Transient, Final, null));
        Assert.Single(_attempts);
    }

    [Fact]
    public async Task The_first_attempt_counts_and_the_last_result_is_returned()
    {
        Assert.Equal("down", await RepeatAsync(new RetryOptions { MaxAttempts = 3 }, Transient, Transient, Transient, null));
        Assert.Equal(2, _attempts.Count);
    }

    [Fact]
    public async Task Delays_differ_so_that_many_processes_do_not_ask_at_the_same_moment()
    {
        var delays = new HashSet<TimeSpan>();
        for (var process = 0; process < 8; process++)
        {
            var started = _clock.GetElapsedTime(0);
            await RepeatAsync(new RetryOptions(), Transient, null);
            delays.Add(_attempts[^1] - started);
        }

        Assert.True(delays.Count > 1, $"Every process waited for {delays.First()}.");
    }

    [Fact]
    public async Task The_servers_wait_comes_before_the_schedule()
    {
        var asked = new TokenError(TokenErrorKind.Throttled, "later") { RetryAfter = TimeSpan.FromSeconds(7) };

        Assert.Equal("token", await RepeatAsync(new RetryOptions(), asked, null));

        Assert.Equal(TimeSpan.FromSeconds(7), Assert.Single(_attempts));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(31)]
    public async Task A_wait_that_uses_up_the_budget_ends_the_attempts_at_once(int seconds)
    {
        var asked = new TokenError(TokenErrorKind.Throttled, "later") { RetryAfter = TimeSpan.FromSeconds(seconds) };

        Assert.Equal("later", await RepeatAsync(new RetryOptions { TotalBudget = TimeSpan.FromSeconds(30) }, asked, null));

        Assert.Empty(_attempts);
        Assert.Equal(TimeSpan.Zero, _clock.GetElapsedTime(0));
    }

    [Fact]
    public async Task What_outlasts_the_attempts_is_repeated_until_the_budget_ends()
    {
        var options = new RetryOptions { MaxAttempts = 1, TotalBudget = TimeSpan.FromSeconds(30) };

        Assert.Equal("down", await RepeatAsync(options, _ => true, Enumerable.Repeat(Transient, 1000)));

        Assert.True(_attempts.Count > 1);
        Assert.InRange(_clock.GetElapsedTime(0), options.TotalBudget, options.TotalBudget + options.MaxDelay);
    }

    [Fact]
    public async Task Cancellation_ends_a_delay_at_once()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = new TransientRetry(new RetryOptions(), _clock).RepeatAsync(
            "down", 0, _ => throw new InvalidOperationException(), _ => Transient, outlasts: null, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private Task<string> RepeatAsync(RetryOptions options, params TokenError?[] results) => RepeatAsync(options, null, results);

    /// <summary>The first result is that of the caller's attempt; null is a token.</summary>
    private Task<string> RepeatAsync(RetryOptions options, Func<TokenError, bool>? outlasts, IEnumerable<TokenError?> results)
    {
        var left = new Queue<TokenError?>(results);
        TokenError? error = null;
        return _clock.RunUntilAsync(() => new TransientRetry(options, _clock).RepeatAsync(
            Next(),
            _clock.GetTimestamp(),
            _ =>
            {
                _attempts.Add(_clock.GetElapsedTime(0));
                return ValueTask.FromResult(Next());
            },
            _ => error,
            outlasts,
            CancellationToken.None));

        string Next()
        {
            error = left.Dequeue();
            return error?.Message ?? "token";
        }
    }
}
