namespace WorkloadIdentity.Tests;

public sealed class FailureMemoryTests
{
    private static readonly TokenError Transient = new(TokenErrorKind.Unreachable, "no route");
    private static readonly TokenError Refusal = new(TokenErrorKind.Refused, "no consent") { Category = TokenErrorCategory.Consent };
    private static readonly TokenError Absent = new(TokenErrorKind.NotConfigured, "no variable");

    public static TheoryData<string, TokenError, bool, int[]> Schedules => new()
    {
        { "behind a living token", Transient, true, [30, 60, 120, 240, 300, 300] },
        { "a refusal behind a living token", Refusal, true, [30, 60, 120, 240, 300, 300] },
        { "transient", Transient, false, [1, 2, 4, 8, 16, 30, 30] },
        { "a refusal", Refusal, false, [10, 20, 40, 60, 60] },
        { "nothing was asked", Absent, false, [0, 0, 0] },
        { "throttled: what the server said", new(
            TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromSeconds(77) }, false, [77, 77, 77] },
        { "throttled behind a living token: what the server said", new(
            TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromSeconds(7) }, true, [7, 7] },
        { "a Retry-After of a day is an hour", new(TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromDays(1) }, false, [3600] },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Back_off_follows_the_schedule(string situation, TokenError error, bool behindLivingToken, int[] seconds)
    {
        var failure = TokenResult.Failed(error);

        Assert.Equal(
            seconds,
            Enumerable.Range(1, seconds.Length).Select(n => (int)FailureMemory.BackOff(failure, n, behindLivingToken).TotalSeconds));
        Assert.NotEmpty(situation);
    }

    [Fact]
    public void A_chain_of_which_one_link_could_not_be_reached_is_asked_again_after_a_transient_wait()
    {
        var failure = TokenResult.Unavailable(Absent).After([
            new TokenAttempt("a", TokenVerdict.Unavailable, Absent, TimeSpan.Zero),
            new TokenAttempt("b", TokenVerdict.Unavailable, Transient, TimeSpan.Zero)]);

        Assert.Equal(TimeSpan.FromSeconds(1), FailureMemory.BackOff(failure, 1, behindLivingToken: false));
    }

    [Fact]
    public void Setting_the_wall_clock_changes_no_wait()
    {
        var clock = new FakeClock();
        var memory = new FailureMemory(clock);
        memory.Remember(TokenResult.Failed(Refusal));

        clock.SetWallClock(clock.Now.AddDays(1));
        Assert.Equal(TimeSpan.FromSeconds(10), memory.Remaining(behindLivingToken: false));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, memory.Remaining(behindLivingToken: false));
    }
}
