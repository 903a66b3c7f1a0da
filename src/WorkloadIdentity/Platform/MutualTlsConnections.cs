using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Connections that present a certificate, apart for each certificate: a connection is found by the SHA-256 of the whole certificate, so
/// that a token never travels over one with another certificate. Safe for concurrent use.
/// </summary>
/// <param name="configure">The application's settings, such as a proxy; null without any.</param>
/// <param name="asksLater">Whether a host asks for the certificate only after it has read a request. Others must ask at once.</param>
internal sealed class MutualTlsConnections(Action<SocketsHttpHandler>? configure, Func<string, bool>? asksLater = null)
{
    /// <summary>A program has one certificate, and two while it is renewed. Those that were used first are forgotten first.</summary>
    private const int MaxCertificates = 8;

    private readonly Lock _adding = new();
    private volatile Connections[] _all = [];
    private bool _isClosed;

    /// <summary>The connections with this certificate.</summary>
    /// <exception cref="ObjectDisposedException">They were closed.</exception>
    public Connections For(BoundCertificate certificate)
    {
        foreach (var known in _all)
        {
            if (ReferenceEquals(known.Certificate, certificate) || known.Certificate.Thumbprint == certificate.Thumbprint)
            {
                return known;
            }
        }

        lock (_adding)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (Array.Find(_all, known => known.Certificate.Thumbprint == certificate.Thumbprint) is { } added)
            {
                return added;
            }

            // Those that are forgotten are not disposed: requests may be using them. Their idle connections close by themselves.
            var kept = _all.Length < MaxCertificates ? _all : _all[1..];
            var connections = new Connections(certificate, Handler(configure, certificate, asksLater));
            _all = [.. kept, connections];
            return connections;
        }
    }

    /// <summary>Closes all of them. A credential never does: its connections end when they are idle.</summary>
    public void Close()
    {
        lock (_adding)
        {
            _isClosed = true;
            foreach (var connections in _all)
            {
                connections.Dispose();
            }
        }
    }

    /// <summary>A handler with the application's settings. Redirects are never followed: a token or a form goes to one place.</summary>
    /// <param name="configure">The application's settings.</param>
    /// <param name="certificate">The certificate that connections present; null for connections without one.</param>
    /// <param name="asksLater">Which hosts may ask for it later.</param>
    public static SocketsHttpHandler Handler(
        Action<SocketsHttpHandler>? configure, BoundCertificate? certificate = null, Func<string, bool>? asksLater = null)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        configure?.Invoke(handler);
        handler.AllowAutoRedirect = false;
        handler.SslOptions.ClientCertificates = null;
        handler.SslOptions.LocalCertificateSelectionCallback = null;
        handler.SslOptions.ClientCertificateContext = certificate is null ? null : Context(certificate);
        if (certificate is not null)
        {
            // A resumed session does not show whether the certificate was presented.
            handler.SslOptions.AllowTlsResume = false;
            var next = handler.PlaintextStreamFilter;
            handler.PlaintextStreamFilter = (connection, cancellationToken) =>
            {
                Require(connection, certificate, asksLater);
                return next is null ? ValueTask.FromResult(connection.PlaintextStream) : next(connection, cancellationToken);
            };
        }

        return handler;
    }

    /// <summary>Nothing was sent over the new connection yet.</summary>
    private static void Require(
        SocketsHttpPlaintextStreamFilterContext connection, BoundCertificate certificate, Func<string, bool>? asksLater)
    {
        var address = connection.InitialRequestMessage.RequestUri!;
        if (connection.PlaintextStream is SslStream tls && (tls.IsMutuallyAuthenticated || asksLater?.Invoke(address.IdnHost) == true))
        {
            return;
        }

        throw new TokenAcquisitionException(new TokenError(
            TokenErrorKind.NotAllowed,
            $"{address.Authority} did not ask for the certificate '{certificate.Subject}' when the connection was made, so nothing was "
                + "sent: what is bound to a certificate goes only over a connection with it. Use the address at which the server takes "
                + "certificates (for Microsoft Graph https://mtlstb.graph.microsoft.com), and look for a proxy that ends TLS.")
        {
            HelpAnchor = HelpAnchors.BoundTokens,
        });
    }

    private static SslStreamCertificateContext Context(BoundCertificate certificate) =>
        SslStreamCertificateContext.Create(Presentable(certificate.Certificate), [.. certificate.Issuers], offline: true);

    /// <summary>
    /// Windows does not present a certificate whose key was never stored. A key that cannot be exported is stored already.
    /// </summary>
    private static X509Certificate2 Presentable(X509Certificate2 certificate)
    {
        try
        {
            return OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), password: null)
                : certificate;
        }
        catch (CryptographicException)
        {
            return certificate;
        }
    }

    /// <summary>The connections of one certificate.</summary>
    internal sealed class Connections(BoundCertificate certificate, SocketsHttpHandler handler) : IDisposable
    {
        public BoundCertificate Certificate { get; } = certificate;

        /// <summary>Sends a message of another client.</summary>
        public HttpMessageInvoker Invoker { get; } = new(handler);

        /// <summary>Sends token requests.</summary>
        public HttpClient Client { get; } = new(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

        public void Dispose()
        {
            Invoker.Dispose();
            Client.Dispose();
        }
    }
}
