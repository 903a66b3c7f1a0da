using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <content>Trust in the emulator's https, without touching any trust store.</content>
public sealed partial class EntraEmulator
{
    /// <summary>
    /// The authority that signed the certificate of <see cref="SecureAddress"/>, without its key. The key was discarded after this one
    /// signature, so trusting this authority means trusting this emulator and nothing else. New at each start.
    /// </summary>
    public X509Certificate2 CertificateAuthority => _server.Certificates.Authority;

    /// <summary>
    /// Writes <see cref="CertificateAuthority"/> as PEM, for programs that read trusted authorities from a file:
    /// <c>NODE_EXTRA_CA_CERTS</c>, <c>SSL_CERT_FILE</c>, <c>REQUESTS_CA_BUNDLE</c>, <c>curl --cacert</c>. An existing file is replaced.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up writing.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task WriteCertificateAuthorityAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return System.IO.File.WriteAllTextAsync(path, CertificateAuthorityPem, cancellationToken);
    }

    /// <summary>
    /// A handler for an <see cref="HttpClient"/> that trusts this emulator's certificate and no other authority. It uses no proxy, follows
    /// no redirect and keeps no cookies. The caller disposes it.
    /// </summary>
    public SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        Trust(handler);
        return handler;
    }

    /// <summary>
    /// Lets a handler trust this emulator's certificate and no other authority, and use no proxy: for connections with a certificate of
    /// their own, which <see cref="CreateHandler"/> cannot set up.
    /// </summary>
    /// <param name="handler">A handler that has sent nothing yet.</param>
    public void Trust(SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        handler.UseProxy = false;
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { CertificateAuthority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
    }

    /// <summary>
    /// What a program that runs an emulator shows at its start: in capitals that this is none of Microsoft's, then where it is and how far
    /// it can be reached. It holds no secret.
    /// </summary>
    public string Banner
    {
        get
        {
            var lines = new List<string>
            {
                "THIS IS NOT MICROSOFT ENTRA. It is an emulator for development and tests, and its tokens are worth nothing anywhere else.",
                $"  authority   {LocalAddress} (for this SDK: AZURE_AUTHORITY_HOST)",
                $"  https       {SecureAddress} (for other libraries; trust the authority made for this run)",
                $"  issuer      {Tenant.Issuer}",
                $"  tenant      {Tenant.Id}{string.Concat(Tenant.Domains.Select(domain => $", {domain}"))}",
            };
            lines.AddRange(Directory.Apis.Select(api => $"  API         {api.Url} (accepts tokens for {api.Scope})"));
            if (IsLoopback)
            {
                lines.AddRange(Directory.Apis.Where(api => api.IsGraph)
                    .Select(api => $"  for wid     --graph {new Uri(LocalAddress, api.Url.AbsolutePath)}"));
            }

            if (AdminToken is not null)
            {
                lines.Add($"  page        {PageAddress} (asks for the admin token)");
                lines.Add($"  admin API   {AdminAddress} (with its token; not for pages of other sites)");
            }

            if (!IsLoopback)
            {
                lines.Add(
                    $"  REACHABLE FROM OTHER MACHINES: it listens on {_server.Name.Listen}. Whoever reaches it can have any token it "
                        + "gives.");
            }

            return string.Join(System.Environment.NewLine, lines);
        }
    }

    internal string CertificateAuthorityPem => $"{CertificateAuthority.ExportCertificatePem()}\n";

    /// <summary>
    /// Where this SDK goes: plain http to a literal loopback address, which it takes without a certificate even where the issuer is the
    /// https address.
    /// </summary>
    internal Uri LocalAddress => IsLoopback ? new Uri($"http://{_server.Name.Literal}:{PlainAddress.Port}/") : AuthorityHost;

    /// <summary>Whether only this machine can reach it.</summary>
    internal bool IsLoopback => _server.Name.IsLoopback;

    /// <summary>Whether an address is one of this emulator's own, under any of its names.</summary>
    internal bool IsAuthority(Uri address) =>
        (address.Port == PlainAddress.Port || address.Port == SecureAddress.Port) && _server.Name.Means(address.Host);

    /// <summary>The names an authority on a port is known by.</summary>
    internal IEnumerable<string> AuthorityHosts(int port) =>
        new[] { _server.Name.Name, "localhost", "127.0.0.1" }.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => $"{name}:{port}");
}
