using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>Certificates made for tests, valid around the fake clock's beginning. Keys are made once: they take a while.</summary>
internal static class TestCertificate
{
    public static readonly DateTimeOffset NotBefore = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset NotAfter = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<RSA> FirstKey = new(() => RSA.Create(2048));
    private static readonly Lazy<RSA> SecondKey = new(() => RSA.Create(2048));
    private static readonly ConcurrentDictionary<string, Lazy<RSAParameters>> Keys = new();

    public static X509Certificate2 One { get; } = Make(FirstKey.Value, "CN=one");

    public static X509Certificate2 Two { get; } = Make(SecondKey.Value, "CN=two");

    public static RSA KeyOfOne => FirstKey.Value;

    public static RSA KeyOfTwo => SecondKey.Value;

    /// <summary>
    /// The key of a name, made at its first use in the process, for a test that is not about making keys. Each call returns an instance to
    /// be disposed. Another name is another key.
    /// </summary>
    public static RSA Key(string name) => RSA.Create(Keys.GetOrAdd(name, _ => new(MakeKey)).Value);

    public static X509Certificate2 Weak() => Make(RSA.Create(1024), "CN=weak");

    public static X509Certificate2 Expired() => Make(FirstKey.Value, "CN=expired", notAfter: NotBefore.AddDays(30));

    public static X509Certificate2 Future() => Make(FirstKey.Value, "CN=future", notBefore: NotAfter.AddDays(-30));

    public static X509Certificate2 WithoutKey() => X509CertificateLoader.LoadCertificate(One.RawData);

    public static X509Certificate2 EllipticCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=ec", key, HashAlgorithmName.SHA256).CreateSelfSigned(NotBefore, NotAfter);
    }

    /// <summary>A certificate without key that says it was issued by <paramref name="issuer"/>.</summary>
    public static X509Certificate2 Issued(string subject, string issuer) =>
        new CertificateRequest(subject, FirstKey.Value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(
                new X500DistinguishedName(issuer),
                X509SignatureGenerator.CreateForRSA(FirstKey.Value, RSASignaturePadding.Pkcs1),
                NotBefore,
                NotAfter,
                [3]);

    public static byte[] Pfx(X509Certificate2 certificate, string? password = null) => certificate.Export(X509ContentType.Pfx, password);

    public static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static RSAParameters MakeKey()
    {
        using var key = RSA.Create(2048);
        return key.ExportParameters(includePrivateParameters: true);
    }

    public static X509Certificate2 Make(RSA key, string subject, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null) =>
        new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(
            notBefore ?? NotBefore, notAfter ?? NotAfter);
}
