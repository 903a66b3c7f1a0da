using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// The certificates of one file or text that can sign, each with its key; or why there is none. A renewed one may stand beside the old
/// one, so which of them signs is decided at each use.
/// </summary>
/// <param name="All">Those that can sign.</param>
/// <param name="Problem">A sentence without its full stop, when there are none.</param>
/// <param name="Exception">What was thrown, if anything was.</param>
internal sealed record ParsedCertificates(IReadOnlyList<SigningCertificate> All, string? Problem = null, Exception? Exception = null)
{
    /// <summary>Whether the problem may pass: the files may be replaced at this moment.</summary>
    public bool IsTransient { get; init; }

    public static ParsedCertificates Unusable(string problem, Exception? exception = null) => new([], problem, exception);

    /// <summary>
    /// Those of <paramref name="candidates"/> that can sign. The certificate of an authority is left out if one that it issued is there.
    /// </summary>
    /// <param name="candidates">With their keys.</param>
    /// <param name="all">All certificates that are there. They may have issued the candidates.</param>
    /// <param name="beginning">The beginning of a sentence that says where a certificate is: <c>The file 'x' holds</c>.</param>
    public static ParsedCertificates Of(
        IReadOnlyList<X509Certificate2> candidates, IReadOnlyList<X509Certificate2> all, string beginning)
    {
        List<X509Certificate2> leaves = [.. candidates.Where(candidate => !all.Any(other => IsAuthorityOf(candidate, other)))];
        var certificates = new List<SigningCertificate>();
        string? problem = null;
        foreach (var candidate in leaves.Count > 0 ? leaves : candidates)
        {
            var others = all.Where(other => !other.RawDataMemory.Span.SequenceEqual(candidate.RawDataMemory.Span));
            var (certificate, unfit) = SigningCertificate.From(candidate, others);
            problem ??= unfit;
            if (certificate is not null)
            {
                certificates.Add(certificate);
            }
        }

        return certificates.Count > 0 ? new ParsedCertificates(certificates) : Unusable($"{beginning} a certificate that {problem}");
    }

    /// <summary>Those that can sign, with their keys, and then the others that were found with them.</summary>
    public X509Certificate2Collection ToCollection()
    {
        var signing = All.Select(certificate => certificate.Certificate).ToList();
        var others = All.SelectMany(certificate => certificate.Neighbours)
            .Where(other => !signing.Exists(one => one.RawDataMemory.Span.SequenceEqual(other.RawDataMemory.Span)))
            .DistinctBy(other => other.GetCertHashString(HashAlgorithmName.SHA256));
        return [.. signing, .. others];
    }

    /// <summary>The one to sign with: a valid one before others, and of those the one that expires last.</summary>
    public CertificateResult At(DateTimeOffset now)
    {
        var best = All.OrderBy(certificate => certificate.TimeProblem(now) is null ? 0 : 1)
            .ThenByDescending(certificate => certificate.NotAfter)
            .FirstOrDefault();
        return new CertificateResult(best, Problem, Exception) { IsTransient = IsTransient };
    }

    /// <summary>
    /// A self-signed certificate that was renewed with the same key did not issue the old one, although the signature fits.
    /// </summary>
    private static bool IsAuthorityOf(X509Certificate2 candidate, X509Certificate2 other) =>
        !candidate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(other.PublicKey.EncodedKeyValue.RawData)
        && CertificateIssuance.Issued(candidate, other);
}
