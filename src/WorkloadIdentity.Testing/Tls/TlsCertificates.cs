using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the emulator's https speaks with: a server certificate, and the authority that signed it. The authority's key is thrown away as
/// soon as it has signed that one certificate, so whoever trusts the authority's file trusts this emulator and nothing that could ever be
/// made in its name.
/// </summary>
internal sealed class TlsCertificates : IDisposable
{
    /// <summary>Longer-lived ones are refused by some clients (398 days are the most that browsers take).</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(390);

    private const string AuthorityName = "CN=WorkloadIdentity.Testing emulator ";
    private const string AuthorityOrganisation = ", O=Local tests only";

    private TlsCertificates(X509Certificate2 authority, X509Certificate2 server)
    {
        Authority = authority;
        Server = server;
    }

    /// <summary>The authority, without its key.</summary>
    public X509Certificate2 Authority { get; }

    public X509Certificate2 Server { get; }

    /// <summary>SHA-1 of the server's certificate, as Service Fabric states it.</summary>
    public string Thumbprint => Server.GetCertHashString(HashAlgorithmName.SHA1);

    /// <summary>Makes a pair.</summary>
    /// <param name="names">The names and addresses the server is reached at, beside those of loopback.</param>
    /// <param name="now">The real time: handshakes are judged by the machine's clock, whatever clock the emulator runs on.</param>
    public static TlsCertificates Create(IEnumerable<string> names, DateTimeOffset now)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest(
            $"{AuthorityName}{Guid.NewGuid():N}{AuthorityOrganisation}", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, critical: false));
        var from = now.AddDays(-1);
        using var authority = authorityRequest.CreateSelfSigned(from, from + Lifetime);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serverRequest = new CertificateRequest("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        serverRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        serverRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        serverRequest.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        serverRequest.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        serverRequest.CertificateExtensions.Add(NamesOf(names));
        using var server = serverRequest.Create(authority, from, from + Lifetime, RandomNumberGenerator.GetBytes(16));
        using var withKey = server.CopyWithPrivateKey(serverKey);

        return new TlsCertificates(
            X509CertificateLoader.LoadCertificate(authority.RawDataMemory.Span),

            // Through PFX and back, because Windows does not serve TLS with a key that was never stored.
            X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), password: null));
    }

    /// <summary>Whether a text is the authority of an emulator and nothing else.</summary>
    public static bool IsAuthority(string pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem);
            return certificate.Subject.StartsWith(AuthorityName, StringComparison.Ordinal)
                && certificate.Subject.EndsWith(AuthorityOrganisation, StringComparison.Ordinal)
                && pem.ReplaceLineEndings("\n").TrimEnd() == certificate.ExportCertificatePem();
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }

    private static X509Extension NamesOf(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Concat(["localhost", "127.0.0.1", "::1"]).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }
}
