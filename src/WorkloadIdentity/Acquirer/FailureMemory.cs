namespace WorkloadIdentity;

/// <summary>
/// What a cache entry remembers of consecutive failures, and how long to wait before the next acquisition. Measured on the monotonic
/// clock, so that a change of the wall clock has no effect. Not safe for concurrent use: the entry's lock guards it.
/// </summary>
internal sealed class FailureMemory(TimeProvider timeProvider)
{
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    private long _failedAt;
    private int _failuresInRow;

    /// <summary>What counts as the failure of a refresh that returned a token no better than the one that is held.</summary>
    public static TokenResult NoSuccessor => TokenResult.Failed(new TokenError(
        TokenErrorKind.InvalidResponse, "The issuer returned a token that expires no later than the one that is held.")
    {
        IsTransient = true,
    });

    public TokenResult Last { get; private set; } = null!;

    public void Remember(TokenResult failure)
    {
        Last = failure;
        _failedAt = timeProvider.GetTimestamp();
        _failuresInRow++;
    }

    /// <summary>The last failure, for a caller who would ask again too early.</summary>
    public TokenAcquisitionException Repeated(TimeSpan remaining) => new(Last.Error!.Repeated(remaining), Last.Attempts);

    /// <summary>How long to wait before the next acquisition; zero once the wait is over.</summary>
    /// <param name="behindUnexpiredToken">Whether an unexpired token is served meanwhile, so that there is time.</param>
    public TimeSpan Remaining(bool behindUnexpiredToken)
    {
        var remaining = BackOff(Last, _failuresInRow, behindUnexpiredToken) - timeProvider.GetElapsedTime(_failedAt);
        return TimeSpan.FromTicks(Math.Max(0, remaining.Ticks));
    }

    /// <summary>
    /// How long to wait after <paramref name="failuresInRow"/> failures, the last being <paramref name="failure"/>.
    /// </summary>
    public static TimeSpan BackOff(TokenResult failure, int failuresInRow, bool behindUnexpiredToken)
    {
        if (failure.Error is { IsTransient: true, RetryAfter: { Ticks: > 0 } retryAfter })
        {
            return Shorter(retryAfter, LongestRetryAfter);
        }

        return behindUnexpiredToken ? Doubled(TimeSpan.FromSeconds(30), failuresInRow, TimeSpan.FromMinutes(5))
            : IsLocal(failure) ? TimeSpan.Zero
            : IsTransient(failure) ? Doubled(TimeSpan.FromSeconds(1), failuresInRow, TimeSpan.FromSeconds(30))
            : Doubled(TimeSpan.FromSeconds(10), failuresInRow, TimeSpan.FromSeconds(60));
    }

    /// <summary>No server was asked. A new attempt costs next to nothing, and a file that appears should count at once.</summary>
    private static bool IsLocal(TokenResult failure) =>
        IsLocal(failure.Error) && failure.Attempts.All(attempt => attempt.Error is null || IsLocal(attempt.Error));

    private static bool IsLocal(TokenError? error) =>
        error is
        {
            Exception: null, Kind: TokenErrorKind.NotConfigured or TokenErrorKind.InvalidConfiguration
            or TokenErrorKind.NotAllowed
        };

    /// <summary>
    /// Whether a later attempt may succeed with nothing changed. True for a chain too: one of its members may have been unreachable.
    /// </summary>
    private static bool IsTransient(TokenResult failure) =>
        failure.Error is { IsTransient: true }
            or { Kind: TokenErrorKind.NotConfigured or TokenErrorKind.InvalidConfiguration or TokenErrorKind.NotAllowed };

    private static TimeSpan Doubled(TimeSpan first, int times, TimeSpan longest) =>
        Shorter(first * Math.Pow(2, Math.Min(times - 1, 16)), longest);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => TimeSpan.FromTicks(Math.Min(one.Ticks, other.Ticks));
}
