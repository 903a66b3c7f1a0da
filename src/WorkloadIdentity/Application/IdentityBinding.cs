using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// The way to Entra through the proxy of an AKS cluster
/// (<see href="https://learn.microsoft.com/azure/aks/identity-bindings-concepts">identity bindings</see>): the same request to another
/// address, over TLS that trusts the cluster's own certificates alone. Variables and certificates are read for every attempt, so that they
/// can be rotated. Safe for concurrent use.
/// </summary>
internal sealed class IdentityBinding(WorkloadEnvironment environment)
{
    /// <summary>What the projected token is addressed to.</summary>
    public const string Audience = "api://AKSIdentityBinding";

    private const string ProxyVariable = "AZURE_KUBERNETES_TOKEN_PROXY";
    private const string NameVariable = "AZURE_KUBERNETES_SNI_NAME";
    private const string FileVariable = "AZURE_KUBERNETES_CA_FILE";
    private const string DataVariable = "AZURE_KUBERNETES_CA_DATA";

    private readonly Lock _gate = new();
    private volatile ProxyClient? _client;

    /// <summary>
    /// Whether an application is configured to ask the proxy. Only a token made for the proxy may go to it: never a secret, and never an
    /// assertion that Entra itself would accept.
    /// </summary>
    /// <exception cref="ArgumentException">It is, together with something that excludes it.</exception>
    public static bool IsUsed(ApplicationCredentialOptions options, ClientAuthentication authentication) =>
        options.UseIdentityBinding && !authentication.IsFederated
            ? throw new ArgumentException(
                $"{nameof(options.UseIdentityBinding)} sends what the application proves itself with to the cluster's proxy, which only a "
                        + "federated token may go to. Use FederatedAuthentication, or leave it out.",
                nameof(authentication))
        : options.UseIdentityBinding && options.HttpClient is not null
            ? throw new ArgumentException(
                $"{nameof(options.UseIdentityBinding)} and {nameof(options.HttpClient)} exclude each other: the cluster's proxy is asked "
                    + $"over TLS of its own.",
                nameof(options))
        : options.UseIdentityBinding;

    /// <summary>Where a request for <paramref name="endpoint"/> goes, and who sends it; or why it cannot be sent.</summary>
    public (HttpClient? Client, Uri? Address, TokenResult? Problem) Route(Uri endpoint)
    {
        if (environment.Variable(ProxyVariable) is not { } text)
        {
            var stray = Array.Find([NameVariable, FileVariable, DataVariable], environment.Has);
            return (null, null, stray is null
                ? TokenResult.Unavailable(new TokenError(
                    TokenErrorKind.NotConfigured,
                    $"{ProxyVariable} is not set: this pod has no identity binding. Bind its service account, or leave out "
                        + $"{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.")
                { HelpAnchor = HelpAnchors.IdentityBinding })
                : Failed($"{stray} is set and {ProxyVariable} is not: half an identity binding. Set both, or neither."));
        }

        var (proxy, problem) = SecretAddress.Read(text, AddressParts.Path, PlainHttp.Nowhere);
        if (problem is not null)
        {
            return (null, null, Failed($"{ProxyVariable} {problem}"));
        }

        var name = environment.Variable(NameVariable);
        if (name is not null && Uri.CheckHostName(name) != UriHostNameType.Dns)
        {
            return (null, null, Failed($"{NameVariable} is not a host name. It is the name in the proxy's certificate."));
        }

        var (pem, certificatesProblem, isPassing) = Certificates();
        var (client, clientProblem) = certificatesProblem is null ? ClientFor(pem, name)
            : isPassing && _client is { HasRoots: true } current && current.Name == name ? (current.Client, null)
            : (null, certificatesProblem);
        return client is null ? (null, null, Failed(clientProblem!)) : (client, Join(proxy!, endpoint), null);
    }

    /// <summary>
    /// Whether an assertion must not go to the proxy: one for the exchange itself could be used against Entra by whoever holds it.
    /// </summary>
    public static TokenResult? Refuse(TokenRequestForm form) =>
        UnverifiedJwt.TryRead(form.Assertion)?.Audiences is not { Count: > 0 } audiences
            ? Failed(
                "The assertion says no audience, so it is not known to be meant for the proxy of the identity binding, and was not sent.")
        : audiences.Any(ExchangeAudience.IsAskedBy)
        ? Failed(
            $"The assertion is addressed to Entra's token exchange ({string.Join(
                ", ",
                audiences.Where(
                    ExchangeAudience.IsAskedBy))}), and must not be shown to the proxy of the identity binding; it was not sent. Use the "
                        + $"token that the binding projects, which is addressed to {Audience}, or leave out "
                        + $"{nameof(ApplicationCredentialOptions.UseIdentityBinding)}.")
        : null;

    /// <summary>The proxy's address with the path of Entra's behind it. Escapes stay as they are on both sides.</summary>
    public static Uri Join(Uri proxy, Uri endpoint)
    {
        var path = proxy.AbsolutePath.TrimEnd('/') + "/" + endpoint.AbsolutePath.TrimStart('/');
        return new Uri($"{proxy.GetLeftPart(UriPartial.Authority)}{path}{endpoint.Query}");
    }

    /// <summary>
    /// The CA certificates as PEM; null for the system's own. What is wrong with a file may pass: it is away or empty while it is replaced.
    /// </summary>
    private (byte[]? Pem, string? Problem, bool IsPassing) Certificates()
    {
        var data = environment.Variable(DataVariable) is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (environment.Variable(FileVariable) is not { } path)
        {
            return (data, null, false);
        }

        // A webhook with inline certificates sets both variables and projects no file.
        var file = environment.ReadFile(path);
        return data is not null
            ? file.IsMissing ? (data, null, false)
            : (null, $"{FileVariable} and {DataVariable} are both set, and it is not clear which certificates are meant. Keep one.", false)
            : file.Bytes is not { } bytes ? (null, $"{FileVariable}: {file.Problem}.", true)
            : bytes.AsSpan().Trim(" \t\r\n"u8).IsEmpty
            ? (null, $"{FileVariable}: '{path}' is empty. It must hold the CA certificates of the proxy (PEM).", true)
            : (bytes, null, false);
    }

    /// <summary>One client for as long as name and certificates stay the same.</summary>
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

            // The one before is not disposed: requests under way end with it, and its idle connections close by themselves.
            _client = new ProxyClient(Create(roots, name), name, pem);
            return (_client.Client, null);
        }
    }

    /// <summary>
    /// TLS is set up here because SocketsHttpHandler always asks for the name in the URL, whatever its SslOptions say (seen with .NET 10.0,
    /// 2026-11); and a Host header that names somebody else is not what the proxy is asked with.
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

    /// <summary>Trusts these and nothing else. A cluster's own authority publishes no revocation.</summary>
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

        /// <summary>Whether it trusts certificates of the cluster's, not the system's.</summary>
        public bool HasRoots => pem is not null;

        public bool IsFor(byte[]? otherPem, string? otherName) =>
            name == otherName && (pem is null ? otherPem is null : otherPem is not null && pem.AsSpan().SequenceEqual(otherPem));
    }
}
