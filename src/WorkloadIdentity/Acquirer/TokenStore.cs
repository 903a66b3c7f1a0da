namespace WorkloadIdentity;

/// <summary>
/// A second level behind the cache, shared by processes that act as the same identity. Derive from it to keep tokens in a store of your
/// own. Implementations must be safe for concurrent use, encrypt what they keep, and check that what they read is what was asked for.
/// </summary>
/// <remarks>
/// Asked only when a token is needed and none is held: a cached hit never gets here. On-behalf-of tokens, renewals and tokens for the
/// token-exchange audiences are never offered to it. A failure, or no answer within the time limit, counts as a miss. After a read that
/// brought no token the acquirer asks its credential, and then calls <see cref="WriteAsync"/> or <see cref="Abandon"/>.
/// </remarks>
public abstract class TokenStore
{
    /// <summary>
    /// How long an acquirer waits for <see cref="ReadAsync"/>: no longer than this, and no longer than half of
    /// <see cref="TokenAcquirerOptions.AcquisitionTimeLimit"/>.
    /// </summary>
    /// <value>
    /// The default is two seconds. A store that waits for another process, which is asking for the token already, may want more.
    /// </value>
    public virtual TimeSpan ReadTimeLimit => TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether the token of a request may be kept where other processes read it. Tokens on behalf of users, and tokens that are themselves
    /// credentials (<see cref="TokenRequest.IsForTokenExchange"/>), stay in the process that asked for them. So do tokens that may be bound
    /// to a certificate, because another process may have another one. An acquirer looks at it before it calls the store.
    /// </summary>
    /// <param name="request">What was asked for.</param>
    public static bool MayShare(TokenRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.UserAssertion is null && !request.IsForTokenExchange && request.Binding == TokenBinding.None;
    }

    /// <summary>
    /// Whether a token is worth sharing: it lives for more than five minutes, and it is not time to refresh it. An acquirer takes no other
    /// from a store.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="now">The time on the store's clock.</param>
    public static bool IsFresh(AccessToken token, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.ExpiresOn - now > TimeSpan.FromMinutes(5) && (token.RefreshOn is not { } refreshOn || refreshOn > now);
    }

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

    /// <summary>
    /// Tells that an acquisition which began with <see cref="ReadAsync"/> has ended without a token. A store that keeps others waiting lets
    /// them go. The default does nothing.
    /// </summary>
    /// <remarks>Called before callers hear of the failure: it must not block.</remarks>
    /// <param name="partition">The identity: <see cref="Credential.Partition"/>.</param>
    /// <param name="request">What was asked for.</param>
    public virtual void Abandon(string partition, TokenRequest request)
    {
    }
}
