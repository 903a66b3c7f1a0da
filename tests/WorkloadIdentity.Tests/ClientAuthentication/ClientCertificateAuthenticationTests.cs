using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.Tests;

public sealed class ClientCertificateAuthenticationTests
{
    private readonly EntraFake _entra = new();

    private SentAssertion Sent(int request = 0) => new(_entra.Server.Requests[request].Form["client_assertion"]);

    [Fact]
    public async Task The_assertion_is_what_entra_documents_and_its_signature_verifies()
    {
        var result = await _entra.Issues().AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));

        Assert.Equal("client certificate", result.Token!.AcquiredBy);
        var form = _entra.Server.Requests[0].Form;
        Assert.Equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", form["client_assertion_type"]);
        Assert.DoesNotContain("client_secret", form.Keys);

        var assertion = Sent();
        Assert.Equal(["alg", "typ", "x5t#S256"], assertion.HeaderNames);
        Assert.Equal("PS256", assertion.Header.GetProperty("alg").GetString());
        Assert.Equal("JWT", assertion.Header.GetProperty("typ").GetString());
        Assert.Equal(
            SHA256.HashData(TestCertificate.One.RawData), SentAssertion.Decode(assertion.Header.GetProperty("x5t#S256").GetString()!));
        Assert.Equal(
            ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"],
            assertion.Payload.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal));
        Assert.Equal(EntraFake.Endpoint, assertion.Payload.GetProperty("aud").GetString());
        Assert.Equal(EntraFake.ClientId, assertion.Payload.GetProperty("iss").GetString());
        Assert.Equal(EntraFake.ClientId, assertion.Payload.GetProperty("sub").GetString());
        Assert.True(Guid.TryParseExact(assertion.Id, "D", out _));
        Assert.Equal(_entra.Clock.Now, assertion.Time("iat"));
        Assert.InRange(_entra.Clock.Now - assertion.Time("nbf"), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5));
        Assert.InRange(assertion.Time("exp") - assertion.Time("nbf"), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
        Assert.False(assertion.IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task The_audience_is_the_very_address_posted_to()
    {
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One), options =>
        {
            options.AuthorityHost = EntraCloud.China;
            options.AdditionallyAllowedTenants.Add(EntraFake.OtherTenant);
        });

        await _entra.Issues().AcquireAsync(credential, new TokenRequest(EntraFake.Scope).ForTenant(EntraFake.OtherTenant));

        Assert.Equal(
            "https://login.partner.microsoftonline.cn/contoso.onmicrosoft.com/oauth2/v2.0/token",
            Sent().Payload.GetProperty("aud").GetString());
        Assert.Equal(_entra.Server.Requests[0].Uri.AbsoluteUri, Sent().Payload.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task Every_attempt_has_a_jti_of_its_own_retries_included()
    {
        _entra.Answers(HttpStatusCode.InternalServerError).Answers(HttpStatusCode.InternalServerError).Issues().Issues();
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));

        await _entra.RunAsync(credential);
        await _entra.AcquireAsync(credential);

        Assert.Equal(4, Enumerable.Range(0, 4).Select(request => Sent(request).Id).Distinct().Count());
    }

    [Fact]
    public async Task A_key_that_refuses_pss_signs_rs256_with_the_sha1_thumbprint_and_is_not_asked_for_pss_again()
    {
        using var key = new KeyWithoutPss(TestCertificate.KeyOfOne);
        var credential = _entra.Credential(ClientCertificateAuthentication.From(new SigningCertificate(TestCertificate.One, () => key)));

        await _entra.Issues().AcquireAsync(credential);
        await _entra.Issues().AcquireAsync(credential);

        Assert.All([Sent(0), Sent(1)], assertion =>
        {
            Assert.Equal(["alg", "typ", "x5t"], assertion.HeaderNames);
            Assert.Equal("RS256", assertion.Header.GetProperty("alg").GetString());
#pragma warning disable CA5350 // RFC 7515 defines x5t as SHA-1.
            Assert.Equal(
                SHA1.HashData(TestCertificate.One.RawData), SentAssertion.Decode(assertion.Header.GetProperty("x5t").GetString()!));
#pragma warning restore CA5350
            Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pkcs1));
        });
        Assert.Equal(1, key.PssAsked);
    }

    [Fact]
    public async Task A_server_that_does_not_know_ps256_is_asked_once_with_rs256_and_from_then_on()
    {
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));
        _entra.Refuses(EntraCode.AlgorithmNotSupported).Issues("first").Issues("second");

        Assert.Equal("first", (await _entra.AcquireAsync(credential)).Token!.Value);
        Assert.Equal("second", (await _entra.AcquireAsync(credential)).Token!.Value);

        Assert.Equal(
            ["PS256", "RS256", "RS256"], Enumerable.Range(0, 3).Select(request => Sent(request).Header.GetProperty("alg").GetString()!));
    }

    [Fact]
    public async Task Rs256_refused_too_is_the_end()
    {
        _entra.Refuses(EntraCode.AlgorithmNotSupported).Refuses(EntraCode.AlgorithmNotSupported);

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One))).Error!;

        Assert.Equal(TokenErrorCategory.AssertionContent, error.Category);
        Assert.Equal(2, _entra.Server.Requests.Count);
    }

    [Fact]
    public async Task An_assertion_refused_for_its_time_is_made_anew_once()
    {
        _entra.Refuses(EntraCode.AssertionOutsideLifetime).Refuses(EntraCode.AssertionOutsideLifetime);

        var error = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One))).Error!;

        Assert.Equal(TokenErrorCategory.AssertionTime, error.Category);
        Assert.Equal(2, _entra.Server.Requests.Count);
        Assert.NotEqual(Sent(0).Id, Sent(1).Id);
    }

    [Theory]
    [InlineData(700027)]
    [InlineData(7000214)]
    [InlineData(1000502)]
    public async Task A_certificate_that_was_refused_is_asked_with_again_only_if_it_changed(long code)
    {
        var same = await _entra.Refuses(code).AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));
        Assert.Equal([code], same.Error!.EntraErrorCodes);
        Assert.Single(_entra.Server.Requests);

        var certificates = new Queue<X509Certificate2>([TestCertificate.One, TestCertificate.Two]);
        var changed =
            await _entra.Refuses(code).Issues()
                .AcquireAsync(ClientCertificateAuthentication.FromCallback(_ => ValueTask.FromResult(certificates.Dequeue())));
        Assert.Equal(TokenVerdict.Issued, changed.Verdict);
        Assert.True(Sent(2).IsSignedBy(TestCertificate.Two, RSASignaturePadding.Pss));
    }

    [Fact]
    public async Task The_certificate_given_may_be_disposed()
    {
        var certificate = X509CertificateLoader.LoadPkcs12(TestCertificate.Pfx(TestCertificate.One), null);
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(certificate));
        certificate.Dispose();

        await _entra.Issues().AcquireAsync(credential);

        Assert.True(Sent().IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss));
    }

    public static TheoryData<string, string> Unfit => new()
    {
        { "ec", "Entra accepts RSA keys only" },
        { "weak", "1024 bits" },
        { "keyless", "without its private key" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public async Task A_certificate_that_cannot_sign_is_refused_at_construction_or_by_verdict(string which, string reason)
    {
        using var certificate =
            which switch { "ec" => TestCertificate.EllipticCurve(), "weak" => TestCertificate.Weak(), _ => TestCertificate.WithoutKey() };

        Assert.Contains(
            reason,
            Assert.Throws<ArgumentException>(() => ClientCertificateAuthentication.FromCertificate(certificate)).Message,
            StringComparison.Ordinal);

        var result = await _entra.AcquireAsync(ClientCertificateAuthentication.FromCallback(_ => ValueTask.FromResult(certificate)));
        Assert.Equal(TokenErrorKind.InvalidConfiguration, result.Error!.Kind);
        Assert.Contains(reason, result.Error.Message, StringComparison.Ordinal);
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_certificate_outside_its_validity_is_not_used()
    {
        var expired = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.Expired()))).Error!;
        var future = (await _entra.AcquireAsync(ClientCertificateAuthentication.FromCertificate(TestCertificate.Future()))).Error!;

        Assert.Contains("'CN=expired' expired on 2025-07-01", expired.Message, StringComparison.Ordinal);
        Assert.Contains("'CN=future' is not valid before 2026-05-02", future.Message, StringComparison.Ordinal);
        Assert.All([expired, future], error => Assert.Equal(TokenErrorKind.InvalidConfiguration, error.Kind));
        Assert.Empty(_entra.Server.Requests);
    }

    [Fact]
    public async Task A_certificate_expires_while_the_program_runs()
    {
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));
        await _entra.Issues().AcquireAsync(credential);

        _entra.Clock.Advance(TestCertificate.NotAfter - _entra.Clock.Now + TimeSpan.FromSeconds(1));

        Assert.Contains("expired on", (await _entra.AcquireAsync(credential)).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callback_that_returns_null_is_told_so() => Assert.Contains(
        "returned no certificate",
        (await _entra.AcquireAsync(
            ClientCertificateAuthentication.FromCallback(_ => ValueTask.FromResult<X509Certificate2>(null!)))).Error!.Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Many_threads_sign_with_one_certificate()
    {
        _entra.Server.Otherwise = _ => FakeServer.Response(HttpStatusCode.OK, EntraFake.Token());
        var credential = _entra.Credential(ClientCertificateAuthentication.FromCertificate(TestCertificate.One));

        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => _entra.AcquireAsync(credential))));

        var sent = _entra.Server.Requests.Select(request => new SentAssertion(request.Form["client_assertion"])).ToArray();
        Assert.All(sent, assertion => Assert.True(assertion.IsSignedBy(TestCertificate.One, RSASignaturePadding.Pss)));
        Assert.Equal(32, sent.DistinctBy(assertion => assertion.Id).Count());
    }
}
