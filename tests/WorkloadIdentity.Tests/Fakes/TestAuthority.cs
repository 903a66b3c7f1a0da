using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>A root, an intermediate it issued, and a leaf of that.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly Lazy<RSA> AuthorityKey = new(() => RSA.Create(2048));

    public TestAuthority(DateTimeOffset? leafNotAfter = null)
    {
        Root = Request("CN=root").CreateSelfSigned(TestCertificate.NotBefore, TestCertificate.NotAfter);
        using var intermediate = Request("CN=intermediate").Create(Root, TestCertificate.NotBefore, TestCertificate.NotAfter, [1]);
        Intermediate = X509CertificateLoader.LoadCertificate(intermediate.RawData);
        using var signing = Intermediate.CopyWithPrivateKey(AuthorityKey.Value);
        using var leaf = new CertificateRequest("CN=orders-leaf", Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .Create(signing, TestCertificate.NotBefore, leafNotAfter ?? TestCertificate.NotAfter, [2]);
        Leaf = leaf.CopyWithPrivateKey(Key);
    }

    /// <summary>The key of the leaf.</summary>
    public static RSA Key => TestCertificate.KeyOfOne;

    /// <summary>The key that root and intermediate share.</summary>
    public static RSA OwnKey => AuthorityKey.Value;

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public X509Certificate2 Leaf { get; }

    public void Dispose()
    {
        Root.Dispose();
        Intermediate.Dispose();
        Leaf.Dispose();
    }

    private static CertificateRequest Request(string subject)
    {
        var request = new CertificateRequest(subject, AuthorityKey.Value, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
