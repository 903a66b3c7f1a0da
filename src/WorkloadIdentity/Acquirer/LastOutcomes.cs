using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// How the latest acquisition for each resource ended, for health checks: nothing is asked to find out. Safe for concurrent use.
/// </summary>
internal sealed class LastOutcomes(TimeProvider timeProvider)
{
    // A program talks to tens of resources; one that makes up thousands is not told about each.
    private const int MaxKept = 256;

    private readonly ConcurrentDictionary<string, LastOutcome> _outcomes = new();

    public IReadOnlyDictionary<string, LastOutcome> All => _outcomes;

    public void Note(TokenRequest request, TokenResult result)
    {
        // What one tenant or one user is refused says nothing about this workload: thousands may be, and all is well.
        var isOfOthers = request.TenantId is not null || request.UserAssertion is not null;
        if (result.Token is null && isOfOthers && !result.Error!.IsTransient)
        {
            return;
        }

        var resource = ResourceName.Of(request.Scope);
        if (_outcomes.Count < MaxKept || _outcomes.ContainsKey(resource))
        {
            var now = timeProvider.GetUtcNow();
            _outcomes.AddOrUpdate(resource, _ => LastOutcome.Of(null, result, now), (_, before) => LastOutcome.Of(before, result, now));
        }
    }
}

/// <param name="Error">Of the latest acquisition; null when it brought a token.</param>
/// <param name="EndedOn">When it ended.</param>
/// <param name="Source">The credential that brought the last token; null when none came.</param>
/// <param name="LivesUntil">When the longest-lived token expires; null when none came.</param>
/// <param name="ProofEndsOn">When the certificate behind it expires; null when unknown.</param>
internal sealed record LastOutcome(
    TokenError? Error, DateTimeOffset EndedOn, string? Source, DateTimeOffset? LivesUntil, DateTimeOffset? ProofEndsOn)
{
    public static LastOutcome Of(LastOutcome? before, TokenResult result, DateTimeOffset now) => result.Token is { } token
        ? new LastOutcome(
            null, now, token.AcquiredBy, before?.LivesUntil > token.ExpiresOn ? before.LivesUntil : token.ExpiresOn, token.ProofEndsOn)
        : new LastOutcome(result.Error, now, before?.Source, before?.LivesUntil, before?.ProofEndsOn);
}
