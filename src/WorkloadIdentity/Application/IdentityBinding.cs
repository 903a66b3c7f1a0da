using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Sends token requests to Entra through the proxy of an AKS cluster
/// (<see href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</see>). The request is the same; its
/// address differs, and TLS trusts only the cluster's own certificates. Variables and certificates are read for every attempt, so they
/// can be rotated. Safe for concurrent use.
/// </summary>
internal sealed class IdentityBinding(WorkloadEnvironment environment)
{
    /// <summary>The audience of the projected token.</summary>
    public const string Audience = "api://AKSIdentityBinding";

    private const string ProxyVariable = "AZURE_KUBERNETES_TOKEN_PROXY";
    private const string NameVariable = "AZURE_KUBERNETES_SNI_NAME";
    private const string FileVariable = "AZURE_KUBERNETES_CA_FILE";
    private const string DataVariable = "AZURE_KUBERNETES_CA_DATA";

    private readonly Lock _gate = new();
    private volatile ProxyClient? _client;

    /// <summary>
    /// Whether an application is configured to use the proxy. Only a token made for the proxy may be sent to it, never a secret, and never
    /// an assertion that Entra itself would accept.
    /// </summary>
    /// <exception cref="ArgumentException">It is, together with an option or an authentication that cannot be combined with it.</exception>
    public static bool IsUsed(ApplicationCredentialOptions options, ClientAuthentication authentication) =>
        options.UseIdentityBinding && !authentication.IsFederated
            ? throw new ArgumentException(
                $"{nameof(options.UseIdentityBinding)} sends the application's credential to the cluster's proxy. Only a federated token "
                        + "may be sent there. Use FederatedAuthentication, or leave the option out.",
                nameof(authentication))
        : options.UseIdentityBinding && options.HttpClient is not null
            ? throw new ArgumentException(
                $"{nameof(options.UseIdentityBinding)} and {nameof(options.HttpClient)} cannot be combined. The cluster's proxy needs "
                    + "its own TLS settings. Remove one of the two.",
                nameof(options))
        : options.UseIdentityBinding;

    /// <summary>
    /// The address for a request to <paramref name="endpoint"/> and the client that sends it, or the reason why it cannot be sent.
    /// </summary>
    public (HttpClient? Client, Uri? Address, TokenResult? Problem) Route(Uri endpoint)
    {
        if (environment.Variable(ProxyVariable) is not { } text)
        {
            var stray = Array.Find([NameVariable, FileVariable, DataVariable], environment.Has);
            return (null, null, stray is null
                ? TokenResult.Unavailable(new TokenError(
                    TokenErrorKind.NotConfigured,
                    $"{ProxyVariable} is not set, so this pod has no identity binding. Bind its service account, or leave out "
                        + $"{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.")
                { HelpAnchor = HelpAnchors.IdentityBinding })
                : Failed($"{stray} is set and {ProxyVariable} is not. An identity binding needs both. Set both, or neither."));
        }

        var (proxy, problem) = SecretAddress.Read(text, AddressParts.Path, PlainHttp.Nowhere);
        if (problem is not null)
        {
            return (null, null, Failed($"{ProxyVariable} {problem}"));
        }

        var name = environment.Variable(NameVariable);
        if (name is not null && Uri.CheckHostName(name) != UriHostNameType.Dns)
        {
            return (null, null, Failed($"{NameVariable} is not a host name. Set it to the name in the proxy's certificate."));
        }

        var (pem, certificatesProblem, isPassing) = Certificates();
        var (client, clientProblem) = certificatesProblem is null ? ClientFor(pem, name)
            : isPassing && _client is { HasRoots: true } current && current.Name == name ? (current.Client, null)
            : (null, certificatesProblem);
        return client is null ? (null, null, Failed(clientProblem!)) : (client, Join(proxy!, endpoint), null);
    }

    /// <summary>Refuses an assertion that is addressed to the exchange itself, because its holder could use it against Entra.</summary>
    public static TokenResult? Refuse(TokenRequestForm form) =>
        UnverifiedJwt.TryRead(form.Assertion)?.Audiences is not { Count: > 0 } audiences
            ? Failed(
                "The assertion has no audience. It may not be meant for the proxy of the identity binding, so it was not sent.")
        : audiences.Any(ExchangeAudience.IsAskedBy)
        ? Failed(
            $"The assertion is addressed to Entra's token exchange ({string.Join(
                ", ",
                audiences.Where(
                    ExchangeAudience.IsAskedBy))}). The proxy of the identity binding must not get it, so it was not sent. Use the "
                        + $"token that the binding projects, which is addressed to {Audience}, or leave out "
                        + $"{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.")
        : null;

    /// <summary>The proxy's address followed by the path of Entra's address. Escapes of both stay unchanged.</summary>
    public static Uri Join(Uri proxy, Uri endpoint)
    {
        var path = proxy.AbsolutePath.TrimEnd('/') + "/" + endpoint.AbsolutePath.TrimStart('/');
        return new Uri($"{proxy.GetLeftPart(UriPartial.Authority)}{path}{endpoint.Query}");
    }

    /// <summary>
    /// The CA certificates as PEM; null for the system's own. A problem with the file may be transient, because the file is missing or
    /// empty while it is replaced.
    /// </summary>
    private (byte[]? Pem, string? Problem, bool IsPassing) Certificates()
    {
        var data = environment.Variable(DataVariable) is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (environment.Variable(FileVariable) is not { } path)
        {
            return (data, null, false);
        }

        // The webhook for inline certificates sets both variables and mounts no file.
        var file = environment.ReadFile(path);
        return data is not null
            ? file.IsMissing ? (data, null, false)
            : (null, $"{FileVariable} and {DataVariable} are both set, so the certificates are ambiguous. Remove one.", false)
            : file.Bytes is not { } bytes ? (null, $"{FileVariable}: {file.Problem}.", true)
            : bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty
            ? (null, $"{FileVariable}: '{path}' is empty. It must hold the CA certificates of the proxy (PEM).", true)
            : (bytes, null, false);
    }

    /// <summary>The client. It is reused until the name or the certificates change.</summary>
    private (HttpClient? Client, string? Problem) ClientFor(byte[]? pem, string? name)
    {
        lock (_gate)
        {
            if (_client is { } current && current.IsFor(pem, name))
            {
                return (current.Client, null);
            }

            X509Certificate2Collection? roots = null;
            if (pem is not null)
            {
                roots = [];
                try
                {
                    roots.ImportFromPem(Encoding.UTF8.GetString(pem));
                }
                catch (CryptographicException)
                {
                    roots.Clear();
                }

                if (roots.Count == 0)
                {
                    return (null,
                        "The CA certificates of the identity binding cannot be read. They are PEM: one or several blocks BEGIN "
                            + "CERTIFICATE.");
                }
            }

            // The previous client is not disposed. Running requests still use it, and its idle connections close by themselves.
            _client = new ProxyClient(Create(roots, name), name, pem);
            return (_client.Client, null);
        }
    }

    /// <summary>
    /// TLS is set up here, because SocketsHttpHandler always sends the name in the URL as SNI, whatever its SslOptions are (seen with .NET
    /// 10.0, 2026-11). A Host header with another name would change the request.
    /// </summary>
    private static HttpClient Create(X509Certificate2Collection? roots, string? name) =>
        Backchannel.Over(async (context, cancellationToken) =>
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? stream = null;
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name ?? context.DnsEndPoint.Host,
                    CertificateChainPolicy = roots is null
                    ? null
                    : PolicyOf(roots)
                },
                cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch
        {
            socket.Dispose();
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    });

    /// <summary>Trusts only these certificates. Revocation is not checked, because a cluster's own authority publishes none.</summary>
    private static X509ChainPolicy PolicyOf(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private static TokenResult Failed(string message) =>
        TokenResult.Failed(new TokenError(TokenErrorKind.InvalidConfiguration, message) { HelpAnchor = HelpAnchors.IdentityBinding });

    private sealed class ProxyClient(HttpClient client, string? name, byte[]? pem)
    {
        public HttpClient Client => client;

        public string? Name => name;

        /// <summary>Whether it trusts the cluster's certificates in place of the system's.</summary>
        public bool HasRoots => pem is not null;

        public bool IsFor(byte[]? otherPem, string? otherName) =>
            name == otherName && (pem is null ? otherPem is null : otherPem is not null && pem.AsSpan().SequenceEqual(otherPem));
    }
}
