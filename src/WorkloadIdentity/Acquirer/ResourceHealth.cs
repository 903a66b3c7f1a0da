namespace WorkloadIdentity;

/// <summary>How the latest acquisition for a resource ended, for health checks. A check requests no token.</summary>
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
