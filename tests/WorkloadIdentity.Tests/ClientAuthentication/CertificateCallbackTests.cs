using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

/// <summary>Certificates that a function returns: with those that issued them, as text, and with a place for reports.</summary>
public sealed class CertificateCallbackTests
{
    private readonly EntraFake _entra = new();

    [Fact]
    public async Task The_certificates_that_come_with_it_are_its_chain()
    {
        using var authority = new TestAuthority();
        var text = $"{TestAuthority.Key.ExportPkcs8PrivateKeyPem()}\n{TestCertificate.Pem(authority.Intermediate)}"
            + $"{TestCertificate.Pem(authority.Leaf)}{TestCertificate.Pem(authority.Root)}";
        var authentication = ClientCertificateAuthentication.FromCallback(
            (_, _) => ValueTask.FromResult(ClientCertificateAuthentication.ReadCertificates(text)));

        await _entra.Issues().AcquireAsync(authentication.WithChain());

        Assert.Equal(
            [authority.Leaf.RawData, authority.Intermediate.RawData],
            new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"]).Chain);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Text_is_read_with_the_key(bool pem)
    {
        var text = pem
            ? $"{TestCertificate.Pem(TestCertificate.One)}{TestCertificate.KeyOfOne.ExportPkcs8PrivateKeyPem()}"
            : Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.One));

        var certificate = Assert.Single(ClientCertificateAuthentication.ReadCertificates(text));

        Assert.Equal(TestCertificate.One.RawData, certificate.RawData);
        Assert.True(certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("canary, no base64", "The text is neither PEM nor base64.")]
    [InlineData("AAECAwQ=", "The text ")]
    [InlineData("", "The text ")]
    public void Text_that_cannot_be_used_is_refused_and_not_quoted(string text, string expected)
    {
        var message = Assert.Throws<CryptographicException>(() => ClientCertificateAuthentication.ReadCertificates(text)).Message;

        Assert.StartsWith(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused() =>
        Assert.Contains(
            "private key",
            Assert.Throws<CryptographicException>(
                () => ClientCertificateAuthentication.ReadCertificates(TestCertificate.Pem(TestCertificate.One))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task The_valid_one_of_several_with_keys_signs()
    {
        using var expired = TestCertificate.Expired();
        var authentication = ClientCertificateAuthentication.FromCallback(
            (_, _) => ValueTask.FromResult(new X509Certificate2Collection { expired, TestCertificate.Two }));

        await _entra.Issues().AcquireAsync(authentication);

        Assert.True(new SentAssertion(_entra.Server.Requests[0].Form["client_assertion"])
            .IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task An_empty_collection_is_an_error() =>
        Assert.Contains(
            "returned no certificate",
            (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCallback(
                (_, _) => ValueTask.FromResult(new X509Certificate2Collection())))).Error!.Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_report_says_where_a_callback_looks()
    {
        const string Place = "the item 'orders' in our vault";
        ClientAuthentication[] all =
        [
            ClientCertificateAuthentication.FromCallback((_, _) => ValueTask.FromResult(TestCertificate.One), Place),
            ClientCertificateAuthentication.FromCallback(
                (_, _) => ValueTask.FromResult(new X509Certificate2Collection(TestCertificate.One)), Place),
            ClientCertificateAuthentication.FromSigner(
                (_, _) => ValueTask.FromResult(TestCertificate.WithoutKey()),
                (_, hash, padding, _) => ValueTask.FromResult(
                    TestCertificate.KeyOfOne.SignHash(hash.Span, HashAlgorithmName.SHA256, padding)),
                Place),
            ClientSecretAuthentication.FromCallback((_, _) => ValueTask.FromResult("canary"), Place),
        ];

        foreach (var authentication in all)
        {
            var report = await _entra.Issues().Credential(authentication).ExplainAsync(new TokenRequest(EntraFake.Scope));

            Assert.Contains(Place, report.LooksFor, StringComparison.Ordinal);
        }
    }
}
