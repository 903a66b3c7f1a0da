namespace WorkloadIdentity;

/// <summary>Gets tokens for code that cannot be asynchronous.</summary>
public static class TokenAcquirerExtensions
{
    /// <summary>
    /// Gets an unexpired token synchronously. A cached one comes back at once; otherwise the calling thread blocks until the token is here.
    /// It cannot deadlock: the acquisition does not see the caller's synchronization context or task scheduler, and a blocked thread of the
    /// thread pool is replaced. Use <see cref="ITokenAcquirer.GetTokenAsync"/> wherever the caller can be asynchronous.
    /// </summary>
    /// <param name="acquirer">The acquirer.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">Ends the wait at once, even if the acquirer ignores it.</param>
    /// <exception cref="TokenAcquisitionException">No token could be had.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static AccessToken GetToken(
        this ITokenAcquirer acquirer, TokenRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        return Blocking.Wait(
            static call => Within(call.acquirer.GetTokenAsync(call.request, call.cancellationToken), call.cancellationToken),
            (acquirer, request, cancellationToken));
    }

    /// <summary>
    /// Renews a token synchronously: see <see cref="ITokenAcquirer.RenewTokenAsync"/>, and <see cref="GetToken"/> about the wait.
    /// </summary>
    /// <param name="acquirer">The acquirer.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="rejected">The token an API rejected; null when it is not known.</param>
    /// <param name="claims">The claims the API demanded, as a JSON object; null when it named none.</param>
    /// <param name="cancellationToken">Ends the wait at once, even if the acquirer ignores it.</param>
    /// <returns>A token; <paramref name="rejected"/> itself when nothing newer can be had now.</returns>
    /// <exception cref="TokenAcquisitionException">The renewal was refused.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static AccessToken RenewToken(
        this ITokenAcquirer acquirer, TokenRequest request, AccessToken? rejected, string? claims = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        return Blocking.Wait(
            static call => Within(
                call.acquirer.RenewTokenAsync(call.request, call.rejected, call.claims, call.cancellationToken),
                call.cancellationToken),
            (acquirer, request, rejected, claims, cancellationToken));
    }

    private static ValueTask<AccessToken> Within(ValueTask<AccessToken> work, CancellationToken cancellationToken) =>
        work.IsCompleted || !cancellationToken.CanBeCanceled
            ? work
            : new ValueTask<AccessToken>(work.AsTask().WaitAsync(cancellationToken));
}
