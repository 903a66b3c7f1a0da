using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>Puts a certificate and those that issued it into the order of <c>x5c</c> (RFC 7515 section 4.1.6): leaf first, each certified by the next, no root.</summary>
internal static class CertificateChain
{
    // Chains have three or four certificates; one that is longer goes round in circles.
    private const int MaxLength = 10;

    /// <param name="leaf">The certificate whose key signs.</param>
    /// <param name="candidates">In any order, roots and strangers among them: only those that issued are taken.</param>
    /// <returns>DER.</returns>
    public static IReadOnlyList<byte[]> Order(byte[] leaf, IReadOnlyCollection<X509Certificate2> candidates)
    {
        var chain = new List<byte[]> { leaf };
        var issuer = IssuerOf(leaf);
        while (chain.Count < MaxLength && candidates.FirstOrDefault(candidate => !IsRoot(candidate) && Subject(candidate).SequenceEqual(issuer)) is { } next)
        {
            if (chain.Exists(known => known.AsSpan().SequenceEqual(next.RawDataMemory.Span)))
            {
                break;
            }

            chain.Add(next.RawData);
            issuer = next.IssuerName.RawData;
        }

        return chain;
    }

    private static byte[] IssuerOf(byte[] der)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(der);
        return certificate.IssuerName.RawData;
    }

    private static bool IsRoot(X509Certificate2 certificate) => Subject(certificate).SequenceEqual(certificate.IssuerName.RawData);

    private static ReadOnlySpan<byte> Subject(X509Certificate2 certificate) => certificate.SubjectName.RawData;
}
