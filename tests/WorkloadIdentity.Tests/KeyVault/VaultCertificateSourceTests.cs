using System.Net;
using System.Security.Cryptography;

namespace WorkloadIdentity.Tests;

/// <summary>Certificates in a vault, downloaded and signing there, as far as one reading goes.</summary>
public sealed class VaultCertificateSourceTests
{
    private readonly VaultBench _bench = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_downloaded_certificate_signs_here(bool pem)
    {
        var version = _bench.Fake.Import("orders-api", TestCertificate.One, pem: pem).Version;
        _bench.Entra.Issues();

        var result = await _bench.AcquireAsync(_bench.Vault.DownloadedCertificate("orders-api"));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal("one Pss", _bench.SignedBy(0));
        Assert.Equal(["GET /certificates/orders-api", $"GET /secrets/orders-api/{version}"], _bench.Fake.Requests);
    }

    [Fact]
    public async Task A_remote_certificate_signs_in_the_vault_with_the_key_of_its_version()
    {
        var version = _bench.Fake.Import("orders-api", TestCertificate.One, exportable: false).Version;
        _bench.Entra.Issues();

        var result = await _bench.AcquireAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal(TokenVerdict.Issued, result.Verdict);
        Assert.Equal("one Pss", _bench.SignedBy(0));
        Assert.Equal(["GET /certificates/orders-api", $"POST /keys/orders-api/{version}/sign"], _bench.Fake.Requests);
    }

    [Fact]
    public async Task A_key_without_pss_signs_rs256_and_is_not_asked_for_pss_again()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.OnlyPadding = RSASignaturePadding.Pkcs1;
        var credential = _bench.Entra.Credential(_bench.Vault.RemoteCertificate("orders-api"));

        await _bench.Entra.Issues().RunAsync(credential);
        await _bench.Entra.Issues().RunAsync(credential);

        Assert.Equal(["one Pkcs1", "one Pkcs1"], [_bench.SignedBy(0), _bench.SignedBy(1)]);
        Assert.Equal(3, _bench.Fake.Requests.Count(request => request.EndsWith("/sign", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_signature_by_another_key_is_not_sent()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.SignsWith = TestCertificate.Two;

        var error = await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(
            "did not return a signature by the key of the client certificate 'CN=one'", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Server.Requests);
    }

    [Fact]
    public async Task A_key_that_cannot_be_exported_is_to_sign_in_the_vault()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One, exportable: false);

        var error = await _bench.ErrorAsync(_bench.Vault.DownloadedCertificate("orders-api"));

        Assert.Equal(
            "The certificate 'orders-api' of the key vault orders.vault.azure.net has a key that cannot be exported, so it cannot be "
                + "downloaded. Sign in the vault instead: Vault.RemoteCertificate.",
            error.Message);
        Assert.Equal("wid explain key-vault", error.Help);
        Assert.Single(_bench.Fake.Requests);
    }

    /// <summary>What a vault says its certificate, key and secret are is held against what was asked for.</summary>
    public static TheoryData<string, string, bool> ForeignIdentifiers
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var id in new[]
            {
                "https://evil.vault.azure.net/{0}/orders-api/0123", "https://orders.vault.azure.net.evil.example/{0}/orders-api/0123",
                "http://orders.vault.azure.net/{0}/orders-api/0123",
                "https://orders.vault.azure.net:444/{0}/orders-api/0123", "https://orders.vault.azure.net/{0}/other/0123",
                "https://orders.vault.azure.net/{0}/orders-api",
                "https://orders.vault.azure.net/{0}/orders-api/..%2Fother", "https://orders.vault.azure.net/{0}/orders-api/0123/sign",
                "https://orders.vault.azure.net/{0}/orders-api/0123?x=1",
                "https://orders.vault.azure.net@evil.example/{0}/orders-api/0123", "https://orders.vault.azure.net/{0}/orders-api/../other",
                "/{0}/orders-api/0123", "", "https://orders.vault.azure.net/elsewhere/orders-api/0123",
            })
            {
                data.Add("id", id.Replace("{0}", "certificates", StringComparison.Ordinal), true);
                data.Add("kid", id.Replace("{0}", "keys", StringComparison.Ordinal), true);
                data.Add("sid", id.Replace("{0}", "secrets", StringComparison.Ordinal), false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ForeignIdentifiers))]
    public async Task An_identifier_of_something_else_is_never_followed(string member, string identifier, bool isRemote)
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.Tamper = (kind, json) => json[member] = kind == "certificates" ? identifier : json[member]?.DeepClone();

        var error =
            await _bench.ErrorAsync(
                isRemote ? _bench.Vault.RemoteCertificate("orders-api") : _bench.Vault.DownloadedCertificate("orders-api"));

        Assert.Equal(TokenErrorKind.InvalidResponse, error.Kind);
        Assert.Contains($"a '{member}' that is not below", error.Message, StringComparison.Ordinal);
        Assert.Equal(["GET /certificates/orders-api"], _bench.Fake.Requests);
    }

    [Fact]
    public async Task A_signature_of_another_version_is_not_taken()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.Tamper =
            (kind, json) => json["kid"] = kind == "sign" ? "https://orders.vault.azure.net/keys/orders-api/0123" : json["kid"]?.DeepClone();

        var error = await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"));

        Assert.Contains(
            "not a signature (PS256) by the key 'orders-api' of the requested version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_holds_another_certificate_is_not_used()
    {
        _bench.Fake.Import("orders-api", TestCertificate.One, secret: Convert.ToBase64String(TestCertificate.Pfx(TestCertificate.Two)));

        var error = await _bench.ErrorAsync(_bench.Vault.DownloadedCertificate("orders-api"));

        Assert.Contains("differs between its secret and its description", error.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Entra.Server.Requests);
    }

    [Theory]
    [InlineData("not base64, canary", "cannot be read from its secret. The text is neither PEM nor base64.")]
    [InlineData("AAECAwQ=", "cannot be read as PFX")]
    [InlineData("", "cannot be read from its secret. The text is ")]
    public async Task Content_that_is_no_certificate_is_told_and_not_shown(string content, string expected)
    {
        _bench.Fake.Import("orders-api", TestCertificate.One, secret: content);

        var error = await _bench.ErrorAsync(_bench.Vault.DownloadedCertificate("orders-api"));

        Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAECAwQ=", "a damaged certificate ('cer')")]
    [InlineData("no base64!", "returned no certificate ('cer')")]
    [InlineData(null, "returned no certificate ('cer')")]
    public async Task A_public_part_that_is_none_is_told(string? cer, string expected)
    {
        _bench.Fake.Import("orders-api", TestCertificate.One);
        _bench.Fake.Tamper = (_, json) => json["cer"] = cer;

        Assert.Contains(
            expected, (await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_rsa_keys_of_2048_bits_are_taken()
    {
        using var weak = TestCertificate.Weak();
        _bench.Fake.Import("orders-api", weak);

        Assert.Contains(
            "1024 bits", (await _bench.ErrorAsync(_bench.Vault.RemoteCertificate("orders-api"))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "1024 bits", (await _bench.ErrorAsync(_bench.Vault.DownloadedCertificate("orders-api"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_chain_in_the_vault_is_sent_where_it_is_wanted()
    {
        using var authority = new TestAuthority();
        _bench.Fake.Import(
            "orders-api",
            authority.Leaf,
            secret: $"{TestAuthority.Key.ExportPkcs8PrivateKeyPem()}\n{authority.Leaf.ExportCertificatePem()}\n"
                + $"{authority.Intermediate.ExportCertificatePem()}\n{authority.Root.ExportCertificatePem()}");
        _bench.Entra.Issues();

        await _bench.AcquireAsync(_bench.Vault.DownloadedCertificate("orders-api").WithChain());

        Assert.Equal([authority.Leaf.RawData, authority.Intermediate.RawData], new SentAssertion(_bench.Sent(0)["client_assertion"]).Chain);
    }

    [Fact]
    public async Task A_report_says_where_the_proof_lies()
    {
        _bench.Fake.Next(HttpStatusCode.NotFound, FakeVault.Error("CertificateNotFound"));
        var report = await _bench.Entra.Clock.RunUntilAsync(() => new ValueTask<CredentialReport>(
            _bench.Entra.Credential(_bench.Vault.RemoteCertificate("orders-api")).ExplainAsync(new TokenRequest(EntraFake.Scope))
                .AsTask()));

        Assert.Contains(
            "the certificate 'orders-api' in the key vault orders.vault.azure.net, which signs there",
            report.ToString(),
            StringComparison.Ordinal);
        Assert.Contains("404 (CertificateNotFound)", report.ToString(), StringComparison.Ordinal);
    }
}
