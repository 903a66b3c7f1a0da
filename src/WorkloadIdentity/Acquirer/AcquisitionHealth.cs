using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// How the latest acquisition for each resource ended, for health checks. A check requests no token. Safe for concurrent use.
/// </summary>
internal sealed class AcquisitionHealth(TimeProvider timeProvider)
{
    // A program calls tens of resources. Of one that makes up thousands, not each is kept.
    private const int MaxKept = 256;

    private readonly ConcurrentDictionary<string, ResourceHealth> _resources = new();

    public IReadOnlyDictionary<string, ResourceHealth> All => _resources;

    public void Record(TokenRequest request, TokenResult result)
    {
        // A refusal of one tenant or one user says nothing about the health of this workload.
        var isOfOthers = request.TenantId is not null || request.UserAssertion is not null;
        if (result.Token is null && isOfOthers && !result.Error!.IsTransient)
        {
            return;
        }

        var resource = ResourceName.Of(request.Scope);
        if (_resources.Count < MaxKept || _resources.ContainsKey(resource))
        {
            var now = timeProvider.GetUtcNow();
            _resources.AddOrUpdate(
                resource, _ => ResourceHealth.Of(null, result, now), (_, before) => ResourceHealth.Of(before, result, now));
        }
    }
}

/// <param name="Error">The error of the latest acquisition; null when it succeeded.</param>
/// <param name="EndedOn">When it ended.</param>
/// <param name="Source">The credential that returned the last token; null when there was none.</param>
/// <param name="ExpiresOn">When the token that expires last does so; null when there was none.</param>
/// <param name="ProofEndsOn">When the certificate behind it expires; null when unknown.</param>
internal sealed record ResourceHealth(
    TokenError? Error, DateTimeOffset EndedOn, string? Source, DateTimeOffset? ExpiresOn, DateTimeOffset? ProofEndsOn)
{
    public static ResourceHealth Of(ResourceHealth? before, TokenResult result, DateTimeOffset now) => result.Token is { } token
        ? new ResourceHealth(
            null, now, token.AcquiredBy, before?.ExpiresOn > token.ExpiresOn ? before.ExpiresOn : token.ExpiresOn, token.ProofEndsOn)
        : new ResourceHealth(result.Error, now, before?.Source, before?.ExpiresOn, before?.ProofEndsOn);
}
