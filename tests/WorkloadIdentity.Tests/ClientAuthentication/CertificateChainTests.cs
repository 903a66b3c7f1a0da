using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>The chain of <c>x5c</c>, for applications that trust a subject name and an issuer.</summary>
public sealed class CertificateChainTests
{
    private const string Path = "/run/secrets/client.pem";

    private readonly EntraFake _entra = new();

    private SentAssertion Sent => new(_entra.Server.Requests[0].Form["client_assertion"]);

    [Fact]
    public async Task No_chain_is_sent_unless_asked_for()
    {
        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));

        Assert.DoesNotContain("x5c", Sent.HeaderNames);
    }

    [Fact]
    public async Task It_is_an_array_of_padded_base64_leaf_first_beside_the_thumbprint()
    {
        await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One).WithChain());

        Assert.Equal(["alg", "typ", "x5t#S256", "x5c"], Sent.HeaderNames);
        Assert.Equal(
            Convert.ToBase64String(TestCertificate.One.RawData),
            Assert.Single(Sent.Header.GetProperty("x5c").EnumerateArray()).GetString());
        Assert.True(Sent.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task It_rides_on_rs256_too()
    {
        using var key = new KeyWithoutPss(TestCertificate.KeyOfOne);

        await _entra.Issues()
            .AcquireAsync(ClientCertificateAuthentication.From(new SigningCertificate(TestCertificate.One, () => key)).WithChain());

        Assert.Equal(["alg", "typ", "x5t", "x5c"], Sent.HeaderNames);
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pfx")]
    [InlineData("given")]
    public async Task Issuers_are_put_in_order_without_root_and_without_strangers(string from)
    {
        using var authority = new TestAuthority();
        X509Certificate2[] others = [TestCertificate.Two, authority.Root, authority.Intermediate];
        ClientCertificateAuthentication authentication;
        switch (from)
        {
            case "pem":
                _entra.File(
                    Path,
                    string.Concat(others.Append(authority.Leaf).Select(TestCertificate.Pem))
                        + TestAuthority.Key.ExportPkcs8PrivateKeyPem());
                authentication = ClientCertificateAuthentication.FromFile(Path).WithChain();
                break;
            case "pfx":
                var bundle = new X509Certificate2Collection();
                bundle.AddRange(
                    others.Select(other => X509CertificateLoader.LoadCertificate(other.RawData)).Append(authority.Leaf).ToArray());
                _entra.Files[Path] = bundle.Export(X509ContentType.Pfx)!;
                authentication = ClientCertificateAuthentication.FromFile(Path).WithChain();
                break;
            default:
                authentication = ClientCertificateAuthentication.FromCertificate(authority.Leaf).WithChain(others);
                break;
        }

        await _entra.Issues().AcquireAsync(authentication);

        Assert.Equal([authority.Leaf.RawData, authority.Intermediate.RawData], Sent.Chain);
        Assert.True(Sent.IsSignedBy(authority.Leaf, RSASignaturePadding.Pss));
    }

    [Fact]
    public void Certificates_that_issued_each_other_do_not_go_round_for_ever()
    {
        using var one = TestCertificate.Issued("CN=a", "CN=b");
        using var other = TestCertificate.Issued("CN=b", "CN=a");

        Assert.Equal([one.RawData, other.RawData], CertificateChain.Order(one.RawData, [other, one], TestCertificate.NotBefore));
    }

    [Fact]
    public void Null_is_no_issuer() =>
        Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromCertificate(TestCertificate.One).WithChain([null!]));

    [Fact]
    public void The_chain_of_rfc_7515_appendix_b_comes_out_in_its_order_without_its_root()
    {
        X509Certificate2[] published =
            [.. Encoding.ASCII.GetString(File.ReadAllBytes(Vectors.Rfc7515AppendixB)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => X509CertificateLoader.LoadCertificate(Convert.FromBase64String(line)))];

        var chain = CertificateChain.Order(published[0].RawData, [published[2], published[1], published[0]], TestCertificate.NotBefore);

        Assert.Equal([published[0].RawData, published[1].RawData], chain);
    }
}
