using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The certificates in an assertion's <c>x5c</c> (RFC 7515 section 4.1.6): the signer's own, and those between it and its authority.
/// </summary>
internal sealed class CertificateChain : IDisposable
{
    private const int MaxLength = 8;

    private CertificateChain(X509Certificate2Collection certificates) => Certificates = certificates;

    public X509Certificate2 Leaf => Certificates[0];

    public X509Certificate2Collection Certificates { get; }

    /// <summary>
    /// The chain; null when the header has none, or one that cannot be read. Entra takes a single string for the array, which MSAL sends.
    /// </summary>
    public static CertificateChain? TryRead(SignedJwt assertion)
    {
        if (assertion.CertificateChain is not { Count: > 0 and <= MaxLength } texts)
        {
            return null;
        }

        var certificates = new X509Certificate2Collection();
        try
        {
            foreach (var text in texts)
            {
                // Base64 here, and not its url-safe form as everywhere else in a JWT.
                certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text)));
            }

            return new CertificateChain(certificates);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            Dispose(certificates);
            return null;
        }
    }

    public void Dispose() => Dispose(Certificates);

    private static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }
    }
}
