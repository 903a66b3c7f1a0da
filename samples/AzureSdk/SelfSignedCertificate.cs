using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AzureSdk;

/// <summary>A certificate for one host name, made at start and gone with the process.</summary>
internal sealed class SelfSignedCertificate : IDisposable
{
    public SelfSignedCertificate(string host)
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        var request =
            new CertificateRequest(
                $"CN={host}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            { CertificateExtensions = { names.Build() } };
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(1));

        // Windows' TLS wants a key that came out of a file.
        ForServer = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), password: null);
    }

    public X509Certificate2 ForServer { get; }

    public bool Is(X509Certificate other) => CryptographicOperations.FixedTimeEquals(other.GetRawCertData(), ForServer.RawDataMemory.Span);

    public void Dispose() => ForServer.Dispose();
}
