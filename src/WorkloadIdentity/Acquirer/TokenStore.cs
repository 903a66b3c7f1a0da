namespace WorkloadIdentity;

/// <summary>
/// A second level behind the cache, shared by processes that act as the same identity. Derive from it to keep tokens in a store of your own.
/// Implementations must be safe for concurrent use, encrypt what they keep, and check that what they read is what was asked for.
/// </summary>
/// <remarks>
/// Asked only when a token is needed and none is held: a cached hit never gets here. On-behalf-of tokens, renewals and tokens for the
/// token-exchange audiences are never offered to it. A failure or two seconds without an answer counts as a miss.
/// </remarks>
public abstract class TokenStore
{
    /// <summary>Reads a token.</summary>
    /// <param name="partition">The identity it belongs to: <see cref="Credential.Partition"/>.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The token, or null when there is none.</returns>
    public abstract ValueTask<AccessToken?> ReadAsync(string partition, TokenRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps a token until it expires.</summary>
    /// <param name="partition">The identity it belongs to: <see cref="Credential.Partition"/>.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="token">The token.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    public abstract ValueTask WriteAsync(string partition, TokenRequest request, AccessToken token, CancellationToken cancellationToken);
}
