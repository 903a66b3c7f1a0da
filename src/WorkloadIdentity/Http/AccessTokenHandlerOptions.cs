using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// The origins that may get the tokens of an <see cref="AccessTokenHandler"/>, and the choice of the token for a request. Read once, when
/// the handler is constructed.
/// </summary>
public sealed class AccessTokenHandlerOptions
{
    /// <summary>
    /// Origins (scheme, host and port: <c>https://orders.contoso.com</c>) that may get the token, in addition to the exact host of an https
    /// scope and the base address in the configuration of a named client. Plain http is accepted only for literal loopback IP addresses,
    /// such as <c>http://127.0.0.1:5000</c>. The origin of a WebSocket is that of its first request: <c>wss</c> counts as https, and
    /// <c>ws</c> as plain http.
    /// </summary>
    public IList<Uri> AllowedOrigins { get; } = [];

    /// <summary>
    /// Origins that may get the token over plain http, because the network itself encrypts (a service mesh). One Warning is logged for each
    /// origin that is used. A request that would go through a proxy is still refused, because the proxy could read the token. With service
    /// discovery, list the address as the application writes it: <c>https+http://orders</c>.
    /// </summary>
    public IList<Uri> PlainHttpOrigins { get; } = [];

    /// <summary>
    /// Whether a request without a tenant is an error. Set it in multi-tenant applications, so that a forgotten tenant does not mean the
    /// application's own.
    /// </summary>
    public bool RequireTenant { get; set; }

    /// <summary>
    /// Whether claims challenges are answered (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">continuous
    /// access evaluation</see>). Each token request tells Entra so.
    /// </summary>
    /// <value>The default is true.</value>
    public bool ContinuousAccess { get; set; } = true;

    /// <summary>
    /// Whether the client's tokens are to be bound to a certificate (<see cref="ClientCertificateAuthentication.BindTokens"/>). Such a
    /// token is sent only over a connection that presents the certificate, which needs a <see cref="MutualTlsHandler"/> as innermost
    /// handler: <c>AddAccessToken</c> sets it up. A preview of Entra.
    /// </summary>
    /// <value>The default is <see cref="TokenBinding.None"/>.</value>
    [Experimental(BoundTokens.Diagnostic)]
    public TokenBinding Binding { get; set; }

    /// <summary>
    /// Chooses the token request of a message, for clients whose messages the application cannot change; null uses one request for all
    /// messages. What the message itself carries (<see cref="AccessTokenRequestExtensions"/>) takes precedence. Called concurrently.
    /// </summary>
    public Func<HttpRequestMessage, TokenRequest>? Select { get; set; }

    /// <summary>The logger; null logs nothing. Clients made by a factory use the host's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Creates the meter for metrics; null uses a meter of this library's own. Clients made by a factory use the host's.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>The same options with another logger.</summary>
    internal AccessTokenHandlerOptions With(ILoggerFactory? loggerFactory, IMeterFactory? meterFactory)
    {
        var copy = (AccessTokenHandlerOptions)MemberwiseClone();
        copy.LoggerFactory = loggerFactory;
        copy.MeterFactory = meterFactory;
        return copy;
    }

    /// <summary>The origins of a list, checked.</summary>
    /// <exception cref="ArgumentException">An entry is not an origin, or is one that could never receive a token.</exception>
    internal static Origin[] Origins(IEnumerable<Uri> addresses, string list, bool plainHttp) =>
        [.. addresses.Select(address => Checked(address, list, plainHttp))];

    private static Origin Checked(Uri address, string list, bool plainHttp)
    {
        if (!Origin.TryRead(address, out var origin))
        {
            throw new ArgumentException(
                $"{list} holds an address without scheme and host. Expected something like: https://orders.contoso.com", list);
        }

        if (SecretAddress.StrayPart(address, AddressParts.None) is { } stray)
        {
            throw new ArgumentException(
                $"An address in {list} {stray} A token that is allowed for a host is allowed for all of its paths. Write {origin}", list);
        }

        if (plainHttp && origin.IsHttps)
        {
            throw new ArgumentException($"{list} holds {origin}, which is not plain http. List it in {nameof(AllowedOrigins)}.", list);
        }

        if (!plainHttp && origin.IsHttp && !origin.IsLiteralLoopback)
        {
            throw new ArgumentException(
                origin.IsMeantForThisMachine
                    ? $"{list} holds {origin}, which is plain http and not a loopback IP address. For local development, write "
                        + $"{origin.OnLoopback} here and in the address of the request, or use https."
                    : $"{list} holds {origin}, which is plain http. Use https. For a mesh that encrypts, list it in "
                        + $"{nameof(PlainHttpOrigins)}.",
                list);
        }

        return origin;
    }
}
