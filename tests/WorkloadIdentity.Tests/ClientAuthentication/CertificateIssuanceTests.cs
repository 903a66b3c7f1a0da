using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>Which of several authorities of one name issued a certificate, and which of its certificates goes along.</summary>
public sealed class CertificateIssuanceTests
{
    private const string Path = "/run/secrets/client.pem";
    private const string Name = "CN=authority";

    private readonly EntraFake _entra = new();

    [Theory]
    [InlineData("rsa", "pem")]
    [InlineData("rsa", "pfx")]
    [InlineData("rsa", "given")]
    [InlineData("rsa", "store")]
    [InlineData("pss", "pem")]
    [InlineData("ec", "pem")]
    [InlineData("another hash", "pem")]
    public async Task The_one_whose_key_signed_goes_along_and_not_the_first_of_its_name(string algorithm, string from)
    {
        using var stranger = new Authority("rsa", "stranger");
        using var authority = new Authority(algorithm);
        using var leaf = authority.Issue();

        var chain = await ChainAsync(from, leaf, stranger.Certificate, authority.Certificate);

        Assert.Equal([leaf.RawData, authority.Certificate.RawData], chain);
    }

    [Theory]
    [InlineData("expired", false)]
    [InlineData("expired", true)]
    [InlineData("not yet valid", false)]
    [InlineData("not yet valid", true)]
    public async Task Of_those_for_one_key_the_valid_one_goes_along(string what, bool isFirst)
    {
        using var authority = new Authority("rsa");
        using var other = what == "expired"
            ? authority.Renewed(_entra.Clock.Now.AddDays(-1))
            : authority.Renewed(TestCertificate.NotAfter.AddYears(1), notBefore: _entra.Clock.Now.AddDays(1));
        using var leaf = authority.Issue();
        X509Certificate2[] order = isFirst ? [other, authority.Certificate] : [authority.Certificate, other];

        Assert.Equal([leaf.RawData, authority.Certificate.RawData], await ChainAsync("pem", leaf, order));
    }

    [Fact]
    public async Task Of_two_valid_ones_the_one_that_expires_last_goes_along()
    {
        using var authority = new Authority("rsa");
        using var later = authority.Renewed(TestCertificate.NotAfter.AddYears(1));
        using var leaf = authority.Issue();

        Assert.Equal([leaf.RawData, later.RawData], await ChainAsync("given", leaf, authority.Certificate, later));
    }

    [Fact]
    public async Task An_expired_one_still_goes_along_where_there_is_no_other()
    {
        using var authority = new Authority("rsa");
        using var expired = authority.Renewed(_entra.Clock.Now.AddDays(-1));
        using var leaf = authority.Issue();

        Assert.Equal([leaf.RawData, expired.RawData], await ChainAsync("given", leaf, expired));
    }

    [Fact]
    public async Task A_stranger_of_the_right_name_does_not_go_along_at_all()
    {
        using var stranger = new Authority("rsa", "stranger");
        using var authority = new Authority("rsa");
        using var leaf = authority.Issue();

        Assert.Equal([leaf.RawData], await ChainAsync("given", leaf, stranger.Certificate));
    }

    /// <summary>A signature that .NET cannot check: the salt has not the length that it takes for granted.</summary>
    [Fact]
    public void Where_the_signature_cannot_be_checked_key_identifiers_tell()
    {
        using var leaf = X509CertificateLoader.LoadCertificate(OpenSslFile.Bytes("issued-with-pss.pem"));
        using var stranger = X509CertificateLoader.LoadCertificate(OpenSslFile.Bytes("authority1.pem"));
        using var issuer = X509CertificateLoader.LoadCertificate(OpenSslFile.Bytes("authority2.pem"));

        Assert.Equal([false, true], [CertificateIssuance.Issued(stranger, leaf), CertificateIssuance.Issued(issuer, leaf)]);
    }

    [Fact]
    public void A_name_alone_is_enough_only_where_nothing_else_can_be_compared()
    {
        using var leaf = X509CertificateLoader.LoadCertificate(OpenSslFile.Bytes("issued-with-pss.pem"));
        using var key = TestCertificate.Key("another");
        using var withoutIdentifier = new CertificateRequest(leaf.IssuerName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TestCertificate.NotBefore, TestCertificate.NotAfter);
        using var another = TestCertificate.Make(key, "CN=another");

        Assert.Equal([true, false], [CertificateIssuance.Issued(withoutIdentifier, leaf), CertificateIssuance.Issued(another, leaf)]);
    }

    private async Task<byte[][]> ChainAsync(string from, X509Certificate2 leaf, params X509Certificate2[] others)
    {
        ClientCertificateAuthentication authentication;
        switch (from)
        {
            case "pem":
                var certificates = string.Concat(others.Append(leaf).Select(TestCertificate.Pem));
                _entra.File(Path, certificates + TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem());
                authentication = ClientCertificateAuthentication.FromFile(Path);
                break;
            case "pfx":
                _entra.Files[Path] = new X509Certificate2Collection((X509Certificate2[])[.. others, leaf]).Export(X509ContentType.Pfx)!;
                authentication = ClientCertificateAuthentication.FromFile(Path);
                break;
            case "store":
                _entra.Stores["CurrentUser/My"] = [leaf];
                _entra.Stores["CurrentUser/CA"] = [.. others];
                authentication = ClientCertificateAuthentication.FromStore(leaf.Subject);
                break;
            default:
                authentication = ClientCertificateAuthentication.FromCertificate(leaf);
                break;
        }

        await _entra.Issues().AcquireAsync(authentication.WithChain(from == "given" ? others : []));
        return new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"]).Chain;
    }

    /// <summary>An intermediate authority: its name is everybody's, its key is its own, and it has no key identifier.</summary>
    private sealed class Authority : IDisposable
    {
        private readonly AsymmetricAlgorithm _key;
        private readonly HashAlgorithmName _hash;
        private readonly X509SignatureGenerator _generator;

        public Authority(string algorithm, string key = "authority")
        {
            _hash = algorithm == "another hash" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
            if (algorithm == "ec")
            {
                var pair = ECDsa.Create(ECCurve.NamedCurves.nistP384);
                (_key, _generator) = (pair, X509SignatureGenerator.CreateForECDsa(pair));
            }
            else
            {
                var pair = TestCertificate.Key(key);
                var padding = algorithm == "pss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                (_key, _generator) = (pair, X509SignatureGenerator.CreateForRSA(pair, padding));
            }

            Certificate = Renewed(TestCertificate.NotAfter);
        }

        public X509Certificate2 Certificate { get; }

        /// <summary>By a root that is not there.</summary>
        public X509Certificate2 Renewed(DateTimeOffset notAfter, DateTimeOffset? notBefore = null)
        {
            var root = X509SignatureGenerator.CreateForRSA(TestCertificate.KeyOfTwo, RSASignaturePadding.Pkcs1);
            var request = new CertificateRequest(new X500DistinguishedName(Name), _generator.PublicKey, HashAlgorithmName.SHA256);
            return request.Create(new X500DistinguishedName("CN=root"), root, notBefore ?? TestCertificate.NotBefore, notAfter, [1]);
        }

        public X509Certificate2 Issue()
        {
            var request = new CertificateRequest("CN=orders-leaf", TestCertificate.KeyOfOne, _hash, RSASignaturePadding.Pkcs1);
            var name = new X500DistinguishedName(Name);
            using var leaf = request.Create(name, _generator, TestCertificate.NotBefore, TestCertificate.NotAfter, [2]);
            return leaf.CopyWithPrivateKey(TestCertificate.KeyOfOne);
        }

        public void Dispose()
        {
            Certificate.Dispose();
            _key.Dispose();
        }
    }
}
