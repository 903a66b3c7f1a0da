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
        { "nothing was asked: half a configuration", new(TokenErrorKind.InvalidConfiguration, "no client"), false, [0, 0] },
        { "nothing was asked: not allowed", new(TokenErrorKind.NotAllowed, "not this address"), false, [0, 0] },
        { "a file that could not be read", Thrown(TokenErrorKind.NotConfigured), false, [1, 2] },
        { "a configuration that could not be read", Thrown(TokenErrorKind.InvalidConfiguration), false, [1, 2] },
        { "a callback that was not allowed to answer", Thrown(TokenErrorKind.NotAllowed), false, [1, 2] },
        { "a refresh that brought no better token", FailureMemory.NoSuccessor.Error!, false, [1, 2, 4] },
        { "throttled: what the server said", new(
            TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromSeconds(77) }, false, [77, 77, 77] },
        { "throttled behind a living token: what the server said", new(
            TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromSeconds(7) }, true, [7, 7] },
        { "a Retry-After of nothing", new(TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.Zero }, false, [1, 2] },
        { "a Retry-After of an hour", new(TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromHours(1) }, false, [3600] },
        { "a Retry-After of a refusal", new(TokenErrorKind.Refused, "no") { RetryAfter = TimeSpan.FromSeconds(77) }, false, [10, 20] },
        { "a Retry-After of a day is an hour", new(TokenErrorKind.Throttled, "429") { RetryAfter = TimeSpan.FromDays(1) }, false, [3600] },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void Back_off_follows_the_schedule(string situation, TokenError error, bool behindUnexpiredToken, int[] seconds)
    {
        var failure = TokenResult.Failed(error);

        Assert.Equal(
            seconds,
            Enumerable.Range(1, seconds.Length).Select(n => (int)FailureMemory.BackOff(failure, n, behindUnexpiredToken).TotalSeconds));
        Assert.NotEmpty(situation);
    }

    [Fact]
    public void A_chain_of_which_one_link_could_not_be_reached_is_asked_again_after_a_transient_wait()
    {
        var failure = TokenResult.Unavailable(Absent).After([
            new TokenAttempt("a", TokenVerdict.Unavailable, Absent, TimeSpan.Zero),
            new TokenAttempt("b", TokenVerdict.Unavailable, Transient, TimeSpan.Zero)]);

        Assert.Equal(TimeSpan.FromSeconds(1), FailureMemory.BackOff(failure, 1, behindUnexpiredToken: false));
    }

    [Fact]
    public void A_chain_whose_members_asked_no_server_is_asked_again_at_once()
    {
        var failure = TokenResult.Unavailable(Absent).After([
            new TokenAttempt("a", TokenVerdict.Unavailable, Absent, TimeSpan.Zero),
            new TokenAttempt("b", TokenVerdict.Unavailable, error: null, TimeSpan.Zero)]);

        Assert.Equal(TimeSpan.Zero, FailureMemory.BackOff(failure, 1, behindUnexpiredToken: false));
    }

    [Fact]
    public void A_refresh_that_brought_no_better_token_says_so() => Assert.Equal(
        "The issuer returned a token that expires no later than the one that is held.", FailureMemory.NoSuccessor.Error!.Message);

    [Fact]
    public void Setting_the_wall_clock_changes_no_wait()
    {
        var clock = new FakeClock();
        var memory = new FailureMemory(clock);
        memory.Remember(TokenResult.Failed(Refusal));

        clock.SetWallClock(clock.Now.AddDays(1));
        Assert.Equal(TimeSpan.FromSeconds(10), memory.Remaining(behindUnexpiredToken: false));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, memory.Remaining(behindUnexpiredToken: false));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, memory.Remaining(behindUnexpiredToken: false));
    }

    private static TokenError Thrown(TokenErrorKind kind) => new(kind, "thrown") { Exception = new IOException("busy") };
}
