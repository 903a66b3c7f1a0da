namespace WorkloadIdentity;

/// <summary>
/// Gets access tokens, from the cache when it can. What applications inject and adapters depend on. Safe for concurrent use.
/// </summary>
public interface ITokenAcquirer
{
    /// <summary>Gets a living token. A cached one comes back synchronously.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends this caller's wait, at once; work shared with other callers goes on.</param>
    /// <exception cref="TokenAcquisitionException">No token could be had.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gets a token other than <paramref name="rejected"/>: one that is already there, one under way, or one renewed now.
    /// However many callers saw the same rejection, one renewal runs.
    /// </summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="rejected">The token an API rejected; null when it is not known.</param>
    /// <param name="claims">The claims the API demanded, as a JSON object; null when it named none.</param>
    /// <param name="cancellationToken">Ends this caller's wait, at once; work shared with other callers goes on.</param>
    /// <returns>A token; <paramref name="rejected"/> itself when nothing newer can be had now.</returns>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    ValueTask<AccessToken> RenewTokenAsync(
        TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Explains how a request would be answered, and why: <see cref="Credential.ExplainAsync"/>. Tokens in the cache are neither used nor
    /// changed.
    /// </summary>
    /// <param name="request">The request to explain.</param>
    /// <param name="cancellationToken">Ends the report.</param>
    /// <returns>The report; null from an acquirer that cannot explain. By default an acquirer cannot.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    ValueTask<CredentialReport?> ExplainAsync(TokenRequest request, CancellationToken cancellationToken = default) => new(result: null);
}
