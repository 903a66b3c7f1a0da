using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>Trust in a subject's name and its issuing authority (SN+I), for any certificate with that name.</summary>
internal sealed class TrustedSubject(string subjectName, X509Certificate2 authority)
{
    public string SubjectName => subjectName;

    /// <summary>Whether the certificate bears the name: as its common name, or as a DNS name among its alternatives.</summary>
    public bool Names(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false).Equals(subjectName, StringComparison.OrdinalIgnoreCase)
        || certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames())
            .Contains(subjectName, StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether the authority vouches for the certificate, through those the client sent along. Validity in time is judged elsewhere.
    /// </summary>
    public bool VouchesFor(X509Certificate2 certificate, X509Certificate2Collection sentAlong)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ExtraStore.AddRange(sentAlong);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;

        // An intermediate authority is accepted too: it need not be self-signed.
        chain.ChainPolicy.VerificationFlags |= X509VerificationFlags.AllowUnknownCertificateAuthority;
        var isSound = chain.Build(certificate);
        var vouches =
            chain.ChainElements.Skip(1).Any(element => element.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span));
        foreach (var element in chain.ChainElements)
        {
            element.Certificate.Dispose();
        }

        return isSound && vouches;
    }
}
