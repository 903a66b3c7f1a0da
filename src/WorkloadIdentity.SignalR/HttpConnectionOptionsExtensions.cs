using Microsoft.AspNetCore.Http.Connections.Client;

namespace WorkloadIdentity.SignalR;

/// <summary>Lets a hub connection show Entra tokens.</summary>
public static class HttpConnectionOptionsExtensions
{
    /// <summary>
    /// Shows the acquirer's current token with every HTTP request of the connection: negotiation, long polls, and the upgrade to a web
    /// socket. When the server answers 401, the token is renewed; a request without content is sent once more with the new one.
    /// </summary>
    /// <param name="options">The options of the connection: <c>WithUrl(address, options => …)</c>.</param>
    /// <param name="acquirer">Gets and caches the tokens. It must outlive the connection.</param>
    /// <param name="scope">The scope of the tokens: <c>api://orders/.default</c>.</param>
    /// <returns><paramref name="options"/>.</returns>
    /// <exception cref="ArgumentException"><paramref name="scope"/> is not one of an API.</exception>
    /// <remarks>
    /// <para>
    /// A connection with plain http fails when it is started, except to a literal loopback address. Without a token,
    /// <c>StartAsync</c> throws a <see cref="TokenAcquisitionException"/>.
    /// </para>
    /// <para>
    /// An open web socket goes on after its token has ended, unless the server closes it (<c>CloseOnAuthenticationExpiration</c>). Use
    /// <c>WithAutomaticReconnect</c>. With <c>SkipNegotiation</c> nothing but the upgrade shows the token, and its rejection renews
    /// nothing: leave negotiation on where tokens are revoked.
    /// </para>
    /// <para>When negotiation leads to Azure SignalR Service, that service gets its own token and never this one.</para>
    /// </remarks>
    public static HttpConnectionOptions UseWorkloadIdentity(this HttpConnectionOptions options, ITokenAcquirer acquirer, string scope)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(acquirer);
        var request = new TokenRequest(scope).RequireSendable("the hub", "the scope of the hub", nameof(scope));

        // The client asks for a token before each request, when the address is known.
        var token = new HubToken(acquirer, request);
        options.AccessTokenProvider = async () =>
        {
            RequireTls(options.Url);
            return (await token.GetAsync(CancellationToken.None).ConfigureAwait(false)).Value;
        };
        var others = options.HttpMessageHandlerFactory;
        options.HttpMessageHandlerFactory = primary => new RejectionHandler(token)
        {
            InnerHandler = others is null ? primary : others(primary),
        };
        return options;
    }

    private static void RequireTls(Uri? address)
    {
        if (address is not null && address.Scheme is "http" or "ws"
            && address is not { IsLoopback: true, HostNameType: UriHostNameType.IPv4 or UriHostNameType.IPv6 })
        {
            throw new InvalidOperationException(
                $"The hub connection to {address.GetLeftPart(UriPartial.Authority)} has no TLS, so anyone on the way could read the token. "
                    + "Use https. For local development, use http://127.0.0.1.");
        }
    }
}
