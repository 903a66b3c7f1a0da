using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>Which certificate of a file signs, and with which key: not the first, but the one that fits and is valid.</summary>
public sealed class ParsedCertificatesTests
{
    private const string Path = "/run/secrets/client.pem";

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);

    private readonly EntraFake _entra = new();

    private DateTimeOffset Now => _entra.Clock.Now;

    [Theory]
    [InlineData(true, "expired", "current")]
    [InlineData(false, "expired", "current")]
    [InlineData(true, "future", "current")]
    [InlineData(true, "current", "later")]
    [InlineData(true, "expired", "future")]
    public async Task Of_several_for_one_key_the_valid_one_that_expires_last_signs(bool inOrder, string one, string wanted)
    {
        using var other = Of(one);
        using var signer = Of(wanted);
        X509Certificate2[] order = inOrder ? [other, signer] : [signer, other];
        _entra.File(Path, Key(TestCertificate.KeyOfOne) + string.Concat(order.Select(TestCertificate.Pem)));

        if (wanted == "future")
        {
            // None is valid: what is told is told of the one that will be.
            Assert.Contains("'CN=future' is not valid before", await ProblemAsync(), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(Hash(signer), await SignerAsync(ClientCertificateAuthentication.FromFile(Path)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_outlasts_its_first_certificate_goes_on_with_the_next(bool asText)
    {
        using var first = TestCertificate.Make(TestCertificate.KeyOfOne, "CN=first", notAfter: Now.AddDays(1));
        using var next = TestCertificate.Make(TestCertificate.KeyOfOne, "CN=next", notBefore: Now.AddHours(12));
        var text = Key(TestCertificate.KeyOfOne) + TestCertificate.Pem(first) + TestCertificate.Pem(next);
        _entra.File(Path, text);
        var credential = _entra.Credential(
            asText
                ? ClientCertificateAuthentication.FromValue("a text", () => text, () => null)
                : ClientCertificateAuthentication.FromFile(Path));

        await _entra.Issues().AcquireAsync(credential);
        _entra.Clock.Advance(TimeSpan.FromDays(1.1));
        await _entra.Issues().AcquireAsync(credential);

        Assert.Equal([Hash(first), Hash(next)], [Signer(0), Signer(1)]);
    }

    public static TheoryData<string> Before =>
    [
        "ec key", "ec key and certificate", "authority's key", "authority's key and certificate", "key of another",
        "encrypted key of another", "openssh key",
    ];

    [Theory]
    [MemberData(nameof(Before))]
    public async Task What_stands_before_the_key_and_is_not_it_is_skipped(string before)
    {
        using var authority = new TestAuthority();
        using var ec = TestCertificate.EllipticCurve();
        using var ecKey = ec.GetECDsaPrivateKey();
        _entra.File(Path, before switch
        {
            "ec key" => ecKey!.ExportECPrivateKeyPem() + "\n" + ecKey.ExportPkcs8PrivateKeyPem() + "\n",
            "ec key and certificate" => TestCertificate.Pem(ec) + ecKey!.ExportPkcs8PrivateKeyPem() + "\n",
            "authority's key" => Key(TestAuthority.OwnKey),
            "authority's key and certificate" => Key(TestAuthority.OwnKey) + TestCertificate.Pem(authority.Intermediate),
            "key of another" => Key(TestCertificate.KeyOfTwo),
            "encrypted key of another" => TestCertificate.KeyOfTwo.ExportEncryptedPkcs8PrivateKeyPem("another", Encryption) + "\n",
            _ => PemEncoding.WriteString("OPENSSH PRIVATE KEY", [1, 2, 3]) + "\n",
        } + Key(TestAuthority.Key) + TestCertificate.Pem(authority.Leaf));

        Assert.Equal(Hash(authority.Leaf), await SignerAsync(ClientCertificateAuthentication.FromFile(Path)));
    }

    [Fact]
    public async Task An_expired_leaf_is_told_and_the_authority_beside_it_signs_nothing()
    {
        using var authority = new TestAuthority(leafNotAfter: Now.AddDays(-1));
        var ofAuthority = Key(TestAuthority.OwnKey) + TestCertificate.Pem(authority.Intermediate);
        _entra.File(Path, ofAuthority + Key(TestAuthority.Key) + TestCertificate.Pem(authority.Leaf));

        Assert.Contains("'CN=orders-leaf' expired on", await ProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_pfx_too_the_authority_signs_nothing_and_the_valid_one_does()
    {
        using var authority = new TestAuthority();
        using var intermediate = authority.Intermediate.CopyWithPrivateKey(TestAuthority.OwnKey);
        using var expired = TestCertificate.Expired();
        using var future = TestCertificate.Make(TestCertificate.KeyOfTwo, "CN=future", Now.AddDays(1), Now.AddYears(9));
        _entra.Files[Path] = new X509Certificate2Collection { future, intermediate, expired, authority.Leaf }.Export(X509ContentType.Pfx)!;

        Assert.Equal(Hash(authority.Leaf), await SignerAsync(ClientCertificateAuthentication.FromFile(Path)));
    }

    [Theory]
    [InlineData("ec", "holds a private key of the kind EC. Entra accepts RSA keys only")]
    [InlineData("encrypted ec", "holds a private key of the kind EC. Entra accepts RSA keys only")]
    [InlineData("ec and locked", "cannot be opened with the password that was given")]
    [InlineData("two of others", "belongs to none of its certificates")]
    public async Task Where_none_fits_what_is_told_is_of_the_key_that_was_meant(string keys, string reason)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _entra.File(Path, TestCertificate.Pem(TestCertificate.One) + keys switch
        {
            "ec" => ec.ExportPkcs8PrivateKeyPem(),
            "encrypted ec" => ec.ExportEncryptedPkcs8PrivateKeyPem("password", Encryption),
            "ec and locked" => ec.ExportPkcs8PrivateKeyPem() + "\n"
                + TestCertificate.KeyOfOne.ExportEncryptedPkcs8PrivateKeyPem("another", Encryption),
            _ => Key(TestCertificate.KeyOfTwo) + Key(TestAuthority.OwnKey),
        });

        Assert.Contains(reason, await ProblemAsync("password"), StringComparison.Ordinal);
    }

    private static string Key(RSA key) => key.ExportPkcs8PrivateKeyPem() + "\n";

    private X509Certificate2 Of(string name) => name switch
    {
        "expired" => TestCertificate.Make(TestCertificate.KeyOfOne, "CN=expired", notAfter: Now.AddDays(-1)),
        "future" => TestCertificate.Make(TestCertificate.KeyOfOne, "CN=future", notBefore: Now.AddDays(1), notAfter: Now.AddYears(2)),
        "later" => TestCertificate.Make(TestCertificate.KeyOfOne, "CN=later", notAfter: Now.AddDays(300)),
        _ => TestCertificate.Make(TestCertificate.KeyOfOne, "CN=current", notAfter: Now.AddDays(30)),
    };

    private async Task<string> SignerAsync(ClientCertificateAuthentication authentication)
    {
        Assert.Equal(TokenVerdict.Issued, (await _entra.Issues().AcquireAsync(authentication)).Verdict);
        return Signer(0);
    }

    /// <summary>The SHA-256 of the certificate that signed.</summary>
    private string Signer(int request)
    {
        var assertion = new SentAssertion(_entra.Server.Requests[request].Form["client_assertion"]);
        return Convert.ToHexString(SentAssertion.Decode(assertion.Header.GetProperty("x5t#S256").GetString()!));
    }

    private async Task<string> ProblemAsync(string? password = null) =>
        (await _entra.AcquireAsync(ClientCertificateAuthentication.FromFile(Path, password))).Error!.Message;

    private static string Hash(X509Certificate2 certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
