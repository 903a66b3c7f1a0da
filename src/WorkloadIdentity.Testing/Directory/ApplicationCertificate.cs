using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Testing;

/// <summary>A certificate whose key an application may sign assertions with. Only its public half is kept.</summary>
internal sealed class ApplicationCertificate(X509Certificate2 certificate) : ApplicationKey
{
    public X509Certificate2 Certificate => certificate;

    public bool IsValid(DateTimeOffset now) => IsValid(certificate, now);

    /// <summary>Whether a certificate has begun and has not ended.</summary>
    public static bool IsValid(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= certificate.NotBefore.ToUniversalTime() && now <= certificate.NotAfter.ToUniversalTime();
}
