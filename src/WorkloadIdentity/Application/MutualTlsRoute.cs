using System.Diagnostics;

namespace WorkloadIdentity;

/// <summary>
/// The way of a token request that proves the application with a certificate in TLS: the host of its cloud for certificates, over
/// connections that present it.
/// </summary>
/// <param name="authority">The authority of the application.</param>
/// <param name="options">Say how to connect.</param>
internal sealed class MutualTlsRoute(Authority authority, ApplicationCredentialOptions options)
{
    // A client of the application may be there for its proxy or its tests. Going around it in silence would be wrong.
    private readonly bool _goesAroundClient = options.HttpClient is not null && options.ConfigureMutualTls is null;
    private readonly MutualTlsConnections _connections = new(Settings(authority, options.ConfigureMutualTls));

    /// <summary>Who sends the request and where to, or why it cannot be sent.</summary>
    public (HttpClient? Sender, Uri? Address, TokenResult? Problem) For(TokenExchange exchange, BoundCertificate certificate) =>
        authority.MutualTls is not { } host
            ? Failed(
                authority.Uri.Scheme == Uri.UriSchemeHttp
                    ? $"{authority} is reached over plain http, where no certificate can be presented. Use its https address."
                    : $"No host of {authority} is known that takes certificates in TLS. Use EntraCloud.Public, or another cloud that "
                        + "docs/bound-tokens.md lists.")
        : _goesAroundClient
            ? Failed(
                $"The HttpClient in {nameof(ApplicationCredentialOptions)} cannot present the certificate '{certificate.Subject}'. Set "
                    + $"{nameof(ApplicationCredentialOptions.ConfigureMutualTls)} too: it sets up the connections for bound tokens.")
        : (_connections.For(certificate).Client, new Uri(host, exchange.Endpoint.AbsolutePath), null);

    /// <summary>Why the request is not sent.</summary>
    public static (HttpClient? Sender, Uri? Address, TokenResult? Problem) Failed(string problem) => (null, null, TokenResult.Failed(
        new TokenError(TokenErrorKind.InvalidConfiguration, $"A token that is bound to a certificate was not requested. {problem}")
        {
            HelpAnchor = HelpAnchors.BoundTokens,
        }));

    /// <summary>As for other token requests: trace ids belong to the application, and no proxy is between it and this machine.</summary>
    private static Action<SocketsHttpHandler> Settings(Authority authority, Action<SocketsHttpHandler>? configure) => handler =>
    {
        handler.UseProxy = !authority.IsLoopback;
        handler.MaxResponseHeadersLength = 64;
        handler.ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator();
        configure?.Invoke(handler);
    };
}
