namespace WorkloadIdentity.SignalR;

/// <summary>The token of one connection. Safe for concurrent use.</summary>
internal sealed class HubToken(ITokenAcquirer acquirer, TokenRequest request)
{
    private readonly Lock _lock = new();
    private string? _latest;
    private string? _previous;

    public async Task<AccessToken> GetAsync(CancellationToken cancellationToken) =>
        Shown(await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// Another token after the server rejected one. Null if the rejected one is not of this connection, such as that of Azure SignalR
    /// Service, and if nothing newer can be had now.
    /// </summary>
    public async Task<AccessToken?> AfterRejectionAsync(string rejected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (rejected != _latest && rejected != _previous)
            {
                return null;
            }
        }

        var token = await acquirer.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
        if (token.Value == rejected)
        {
            token = await acquirer.RenewTokenAsync(request, token, claims: null, cancellationToken).ConfigureAwait(false);
        }

        return token.Value == rejected ? null : Shown(token);
    }

    private AccessToken Shown(AccessToken token)
    {
        lock (_lock)
        {
            if (token.Value != _latest)
            {
                (_previous, _latest) = (_latest, token.Value);
            }
        }

        return token;
    }
}
