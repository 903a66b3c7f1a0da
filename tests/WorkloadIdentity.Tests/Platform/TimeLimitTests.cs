namespace WorkloadIdentity.Tests;

public sealed class TimeLimitTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void The_time_is_over_by_the_clock_it_was_given()
    {
        using var limit = new TimeLimit(TimeSpan.FromSeconds(5), _clock, CancellationToken.None);

        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal((false, false), (limit.HasPassed, limit.Token.IsCancellationRequested));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((true, true), (limit.HasPassed, limit.Token.IsCancellationRequested));
    }

    [Fact]
    public void A_cancelled_caller_is_told_apart_from_the_time()
    {
        using var caller = new CancellationTokenSource();
        using var limit = new TimeLimit(TimeSpan.FromSeconds(5), _clock, caller.Token);

        caller.Cancel();

        Assert.Equal((false, true), (limit.HasPassed, limit.Token.IsCancellationRequested));
    }

    [Fact]
    public void Nothing_is_left_of_it_once_it_is_disposed()
    {
        using var caller = new CancellationTokenSource();
        var limit = new TimeLimit(TimeSpan.FromSeconds(5), _clock, caller.Token);
        var token = limit.Token;

        limit.Dispose();
        caller.Cancel();
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(token.IsCancellationRequested);
    }
}
