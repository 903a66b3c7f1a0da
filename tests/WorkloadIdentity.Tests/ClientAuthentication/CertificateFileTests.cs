using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class CertificateFileTests
{
    private const string Path = "/run/secrets/client.pem";
    private const string Password = "password-canary";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string?> Forms => new()
    {
        { "pfx", null },
        { "pfx", Password },
        { "pkcs8", null },
        { "pkcs8", Password },
        { "pkcs1", null },
        { "encrypted", Password },
        { "chain", null },
        { "bom", null },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task It_reads_every_form_in_use(string form, string? password)
    {
        var key = TestCertificate.KeyOfOne;
        var pem = TestCertificate.Pem(TestCertificate.One);
        _entra.Files[Path] = form switch
        {
            "pfx" => TestCertificate.Pfx(TestCertificate.One, password),
            "pkcs8" => Text(pem + key.ExportPkcs8PrivateKeyPem()),
            "pkcs1" => Text(key.ExportRSAPrivateKeyPem() + "\n" + pem),
            "encrypted" => Text(key.ExportEncryptedPkcs8PrivateKeyPem(password, Encryption) + "\n" + pem),

            // The issuer's certificate in front of ours, with the bag attributes openssl writes in between.
            "chain" =>
                Text(
                    TestCertificate.Pem(TestCertificate.Two) + "Bag Attributes\n    friendlyName: one\n" + pem
                        + key.ExportPkcs8PrivateKeyPem()),
            _ => [.. Encoding.UTF8.Preamble, .. Text(pem + key.ExportPkcs8PrivateKeyPem())],
        };

        var result = await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFile(Path, password));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.True(
            new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"]).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task A_renewed_file_is_used_and_an_unchanged_one_is_not_parsed_again()
    {
        _entra.Files[Path] = TestCertificate.Pfx(TestCertificate.One);
        var file = new CertificateFile(Path, keyPath: null, () => null);
        var first = await ReadAsync(file);
        Assert.Same(first, await ReadAsync(file));

        var credential = _entra.Credential(ClientCertificateAuthentication.FromFile(Path));
        await _entra.Issues().AcquireAsync(credential);
        _entra.Files[Path] = TestCertificate.Pfx(TestCertificate.Two);
        await _entra.Issues().AcquireAsync(credential);

        Assert.NotSame(first, await ReadAsync(file));
        Assert.True(
            new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"]).IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
        Assert.True(
            new SentAssertion(_entra.Server.Requests[1].Form["client_assertion"]).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));

        // What is under way with the old one still signs.
        using var key = first!.OpenKey();
        Assert.Equal(256, key.SignData([1], HashAlgorithmName.SHA256, RSASignaturePadding.Pss).Length);
    }

    [Fact]
    public async Task A_file_renewed_after_a_refusal_is_asked_with_once_more()
    {
        _entra.Files[Path] = TestCertificate.Pfx(TestCertificate.One);
        _entra.Server.Answer(_ =>
        {
            _entra.Files[Path] = TestCertificate.Pfx(TestCertificate.Two);
            return FakeServer.Response(System.Net.HttpStatusCode.Unauthorized, EntraFake.Error(700027));
        });

        var result = await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromFile(Path));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.True(
            new SentAssertion(_entra.Server.Requests[1].Form["client_assertion"]).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    public static TheoryData<string, string?, string> Bad => new()
    {
        { "missing", null, "does not exist" },
        { "empty", null, "is empty" },
        { "garbage", null, "cannot be read as PFX" },
        { "pfx", "wrong", "cannot be opened with the password that was given" },
        { "pfx", null, "protected by a password, and none was given" },
        { "encrypted", "wrong", "cannot be opened with the password that was given" },
        { "encrypted", null, "protected by a password, and none was given" },
        { "legacy", Password, "RFC 1423" },
        { "no key", null, "without its private key" },
        { "key only", null, "holds no certificate" },
        { "other key", null, "belongs to none of its certificates" },
        { "broken pem", null, "cannot be read as PEM" },
        { "ec", null, "Entra accepts RSA keys only" },
        { "weak", null, "1024 bits" },
        { "large", null, "larger than" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_file_that_cannot_be_used_says_why_and_nothing_is_sent(string which, string? password, string reason)
    {
        var key = TestCertificate.KeyOfOne;
        var pem = TestCertificate.Pem(TestCertificate.One);
        if (which != "missing")
        {
            using var ec = TestCertificate.EllipticCurve();
            using var weak = TestCertificate.Weak();
            _entra.Files[Path] = which switch
            {
                "empty" => [],
                "garbage" => Text("garbage-canary"),
                "pfx" => TestCertificate.Pfx(TestCertificate.One, Password),
                "encrypted" => Text(pem + key.ExportEncryptedPkcs8PrivateKeyPem(Password, Encryption)),
                "legacy" =>
                    Text(
                        pem
                            + "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA "
                            + "PRIVATE KEY-----\n"),
                "no key" => Text(pem),
                "key only" => Text(key.ExportPkcs8PrivateKeyPem()),
                "other key" => Text(pem + TestCertificate.KeyOfTwo.ExportPkcs8PrivateKeyPem()),
                "broken pem" => Text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                "ec" =>
                    Text(
                        TestCertificate.Pem(ec)
                            + System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(
                                ec)!.ExportPkcs8PrivateKeyPem()),
                "weak" => TestCertificate.Pfx(weak),
                _ => new byte[WorkloadEnvironment.MaxFileBytes + 1],
            };
        }

        var result = await _entra.AcquireAsync(ClientCertificateAuthentication.FromFile(Path, password));

        Assert.Equal(TokenVerdict.Failed, result.Verdict);
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(reason, result.Error.Message, StringComparison.Ordinal);
        Assert.Contains(Path, result.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", new TokenAcquisitionException(result.Error, result.Attempts).ToString(), StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    private async Task<SigningCertificate?> ReadAsync(CertificateFile file) =>
        (await file.ReadAsync(_entra.Exchange(), CancellationToken.None)).Certificate;

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
