using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// The certificate that a token is bound to, with its key. The token carries it, so that a token never meets another certificate: neither
/// one that was renewed with the same key, nor that of another application. Immutable, and never disposed while a token holds it.
/// </summary>
/// <param name="certificate">With its private key.</param>
/// <param name="issuers">Certificates that may have issued it, which the connection sends along.</param>
[DebuggerDisplay("{Subject,nq}")]
internal sealed class BoundCertificate(X509Certificate2 certificate, IReadOnlyList<X509Certificate2> issuers)
{
    public X509Certificate2 Certificate { get; } = certificate;

    public IReadOnlyList<X509Certificate2> Issuers { get; } = issuers;

    /// <summary>
    /// The SHA-256 of the whole certificate: <c>x5t#S256</c>, in hexadecimal. A certificate that was renewed with the same key has another.
    /// </summary>
    public string Thumbprint { get; } = certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public string Subject => Certificate.Subject;

    public DateTimeOffset NotAfter { get; } = certificate.NotAfter.ToUniversalTime();

    /// <summary>A certificate that the application passed, without issuers.</summary>
    /// <exception cref="ArgumentException">It has no private key.</exception>
    public static BoundCertificate Require(X509Certificate2 certificate, string parameter)
    {
        ArgumentNullException.ThrowIfNull(certificate, parameter);
        return certificate.HasPrivateKey
            ? new BoundCertificate(certificate, [])
            : throw new ArgumentException("The certificate has no private key, so no connection can present it.", parameter);
    }
}
