using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class ProofOfPossessionTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_proof_is_that_of_the_reference()
    {
        var proof = ProofOfPossession.Create(TestCertificate.One, Keys(Thumbprint()), Now);

        Assert.DoesNotContain('=', proof);
        var parts = proof.Split('.');
        var (header, claims) = (Json(parts[0]), Json(parts[1]));
        Assert.Equal("RS256", (string?)header["alg"]);
        Assert.Equal(Base64Url.EncodeToString(TestCertificate.One.GetCertHash(HashAlgorithmName.SHA1)), (string?)header["x5t"]);
        Assert.Equal("00000002-0000-0000-c000-000000000000", (string?)claims["aud"]);
        Assert.Equal("object-1", (string?)claims["iss"]);
        Assert.Equal(600, (long)claims["exp"]! - (long)claims["nbf"]!);
        Assert.True(TestCertificate.KeyOfOne.VerifyData(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void The_certificate_is_found_by_each_form_of_its_identifier()
    {
        var hex = TestCertificate.One.Thumbprint;
        var text = Convert.ToBase64String(Encoding.ASCII.GetBytes(hex));
        foreach (var identifier in (string[])[Thumbprint(), hex, hex.ToLowerInvariant(), text])
        {
            ProofOfPossession.Require(TestCertificate.One, Keys(identifier), Now);
        }
    }

    [Fact]
    public void What_Graph_would_refuse_is_refused_here_with_the_reason()
    {
        Assert.Contains("has no private key", Problem(TestCertificate.WithoutKey(), Now), StringComparison.Ordinal);
        Assert.Contains("is not an RSA key", Problem(TestCertificate.EllipticCurve(), Now), StringComparison.Ordinal);
        Assert.Contains("is not one of the application", Problem(TestCertificate.Two, Now), StringComparison.Ordinal);
        Assert.Contains("has expired or is not valid yet", Problem(TestCertificate.One, Now.AddYears(1)), StringComparison.Ordinal);
        Assert.Contains("has expired or is not valid yet", Problem(TestCertificate.One, Now.AddYears(-1)), StringComparison.Ordinal);
        Assert.Throws<ChangeRefusedException>(() => ProofOfPossession.Create(TestCertificate.Two, Keys(Thumbprint()), Now));

        static string Problem(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, DateTimeOffset now) =>
            Assert.Throws<ChangeRefusedException>(() => ProofOfPossession.Require(certificate, Keys(Thumbprint()), now)).Message;
    }

    [Fact]
    public void A_certificate_is_read_from_PEM_with_its_key_only()
    {
        var pem = $"{TestCertificate.Pem(TestCertificate.One)}{TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem()}";

        Assert.True(ProofOfPossession.Read(pem)!.HasPrivateKey);
        Assert.Null(ProofOfPossession.Read(TestCertificate.Pem(TestCertificate.One)));
        Assert.Null(ProofOfPossession.Read("a client secret"));
        Assert.Null(ProofOfPossession.Read("-----BEGIN PRIVATE KEY-----\nnonsense"));
        Assert.Null(ProofOfPossession.Read(null));
    }

    private static string Thumbprint() => Convert.ToBase64String(TestCertificate.One.GetCertHash(HashAlgorithmName.SHA1));

    private static ApplicationKeys Keys(string identifier) => new(new AppRegistration
    {
        Id = new ApplicationObjectId("object-1"),
        AppId = new ClientId("client-1"),
        KeyCredentials =
        [
            new KeyCredential
            {
                KeyId = "key-1", Type = "AsymmetricX509Cert", Usage = "Verify", CustomKeyIdentifier = identifier,
                StartDateTime = TestCertificate.NotBefore, EndDateTime = TestCertificate.NotAfter,
            },
            new KeyCredential { KeyId = "key-2", Usage = "Sign", CustomKeyIdentifier = "x" },
        ],
    });

    private static JsonNode Json(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!;
}
