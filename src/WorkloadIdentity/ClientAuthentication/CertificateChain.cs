using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Puts a certificate and those that issued it into the order of <c>x5c</c> (RFC 7515 section 4.1.6): leaf first, each certified by the
/// next, no root.
/// </summary>
internal static class CertificateChain
{
    // Chains have three or four certificates; one that is longer goes round in circles.
    private const int MaxLength = 10;

    /// <param name="leaf">The certificate whose key signs.</param>
    /// <param name="candidates">
    /// In any order. Roots and unrelated ones are left out; of several that fit, the valid one that expires last is taken.
    /// </param>
    /// <param name="now">When the chain is used.</param>
    /// <returns>DER.</returns>
    public static IReadOnlyList<byte[]> Order(byte[] leaf, IReadOnlyCollection<X509Certificate2> candidates, DateTimeOffset now)
    {
        using var first = X509CertificateLoader.LoadCertificate(leaf);
        var chain = new List<byte[]> { leaf };
        for (var subject = first; chain.Count < MaxLength && Issuer(subject) is { } next; subject = next)
        {
            if (chain.Exists(known => known.AsSpan().SequenceEqual(next.RawDataMemory.Span)))
            {
                break;
            }

            chain.Add(next.RawData);
        }

        return chain;

        X509Certificate2? Issuer(X509Certificate2 subject) => candidates
            .Where(candidate => !IsRoot(candidate) && CertificateIssuance.Issued(candidate, subject))
            .OrderBy(candidate => SigningCertificate.IsValid(candidate, now) ? 0 : 1).ThenByDescending(candidate => candidate.NotAfter)
            .FirstOrDefault();
    }

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
