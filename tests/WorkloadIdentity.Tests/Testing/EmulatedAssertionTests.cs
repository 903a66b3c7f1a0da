using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

public sealed class EmulatedAssertionTests : IClassFixture<EmulatorFixture>
{
    private const string GitHub = "https://token.actions.githubusercontent.com";
    private const string Subject = "repo:contoso/orders:ref:refs/heads/main";

    private readonly FakeClock _clock;
    private static readonly X509Certificate2 SharedCertificate = Certificate();
    private static readonly X509Certificate2 OtherCertificate = Certificate(key: "other");
    private readonly EntraEmulator _entra;
    private readonly EmulatedApplication _app;
    private readonly EmulatedIssuer _github;

    public EmulatedAssertionTests(EmulatorFixture fixture)
    {
        _clock = fixture.Clock;
        _entra = fixture.Fresh();
        _app = _entra.AddApplication().AddCertificate(SharedCertificate);
        _github = _entra.Directory.FindIssuer(GitHub) ?? _entra.AddIssuer(GitHub);
    }

    [Theory]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task ASharedCertificate_signs_for_its_application(string algorithm)
    {
        var reply = await _entra.PostAsync(_app.Asserting(Assertion(algorithm)));

        Assert.Equal(200, reply.Status);
        Assert.Equal("2", Claims(reply.Token).GetProperty("azpacr").GetString());
        Assert.Equal(ClientAuthenticationMethod.Certificate, Assert.Single(_entra.Journal.TokenRequests).ClientAuthentication);
    }

    public static TheoryData<string, long> SpoiltAssertions => new()
    {
        { "another thumbprint", 700027 },
        { "no thumbprint", 700027 },
        { "another key", 700027 },
        { "claims changed after signing", 700027 },
        { "algorithm none", 5002730 },
        { "algorithm HS256", 5002730 },
        { "algorithm swapped", 700027 },
        { "no JWT", 50027 },
        { "two parts", 50027 },
        { "claims are no JSON", 50027 },
        { "duplicate claims", 50027 },
        { "half of a surrogate pair in a name", 50027 },
        { "another audience", 700023 },
        { "audience with a slash behind", 700023 },
        { "issuer is not subject", 50048 },
        { "another client", 700021 },
        { "expired", 700024 },
        { "not valid yet", 700024 },
        { "no expiry", 700024 },
        { "absurd expiry", 700024 },
        { "no id", 50027 },
    };

    [Theory]
    [MemberData(nameof(SpoiltAssertions))]
    public async Task A_spoiltSharedCertificate_assertion_is_refused_with_its_own_code(string how, long code)
    {
        var assertion = how switch
        {
            "another thumbprint" => Assertion(change: (header, _) => header["x5t#S256"] = "AAAA"),
            "no thumbprint" => Assertion(change: (header, _) => header.Remove("x5t#S256")),
            "another key" =>
                Assertion(certificate: OtherCertificate, change: (header, _) => header["x5t#S256"] = Thumbprint(SharedCertificate)),
            "claims changed after signing" => Resign(Assertion(), Assertion()),
            "algorithm none" => Assertion(change: (header, _) => header["alg"] = "none"),
            "algorithm HS256" => Assertion(change: (header, _) => header["alg"] = "HS256"),
            "algorithm swapped" => Assertion(change: (header, _) => header["alg"] = "RS256"),
            "no JWT" => "not-a-jwt",
            "two parts" => "e30.e30",
            "claims are no JSON" => $"{Assertion().Split('.')[0]}.AAAA.AAAA",
            "duplicate claims" => "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJhIiwic3ViIjoiYiJ9.AAAA",
            "half of a surrogate pair in a name" => "eyJhbGciOiJQUzI1NiJ9.eyJzdWIiOiJhIiwiXHVkODAwIjoiYiJ9.AAAA",
            "another audience" =>
                Assertion(change: (_, claims) => claims["aud"] = $"{_entra.AuthorityHost}{Guid.NewGuid()}/oauth2/v2.0/token"),
            "audience with a slash behind" => Assertion(change: (_, claims) => claims["aud"] = $"{_entra.Tenant.TokenEndpoint}/"),
            "issuer is not subject" => Assertion(change: (_, claims) => claims["iss"] = Guid.NewGuid().ToString()),
            "another client" => Assertion(change: (_, claims) => (claims["iss"], claims["sub"]) = ("someone", "someone")),
            "expired" => Assertion(change: (_, claims) => claims["exp"] = _clock.Now.ToUnixTimeSeconds()),
            "not valid yet" => Assertion(change: (_, claims) => claims["nbf"] = _clock.Now.AddSeconds(1).ToUnixTimeSeconds()),
            "no expiry" => Assertion(change: (_, claims) => claims.Remove("exp")),
            "absurd expiry" => Assertion(change: (_, claims) => claims["exp"] = 1e300),
            "no id" => Assertion(change: (_, claims) => claims.Remove("jti")),
            _ => throw new ArgumentOutOfRangeException(nameof(how), how, null),
        };

        var reply = await _entra.PostAsync(_app.Asserting(assertion));

        Assert.Equal((401, "invalid_client", code), (reply.Status, reply.Error, reply.Code));
    }

    [Fact]
    public async Task An_assertion_is_good_once()
    {
        var form = _app.Asserting(Assertion());

        Assert.Equal(200, (await _entra.PostAsync(form)).Status);
        var replayed = await _entra.PostAsync(form);

        Assert.Equal((401, 50027), (replayed.Status, replayed.Code));
        Assert.Contains("jti", replayed.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenants_domain_is_an_audience_where_it_was_addressed_by_it()
    {
        var byDomain =
            ClientAssertion(SharedCertificate, _app, new Uri(_entra.AuthorityHost, "emulated.example/oauth2/v2.0/token"), _clock.Now);

        Assert.Equal(700023, (await _entra.PostAsync(_app.Asserting(byDomain))).Code);
        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(byDomain), "emulated.example")).Status);
    }

    [Fact]
    public async Task Dates_in_quotes_and_audiences_in_a_list_are_read()
    {
        var assertion = Assertion(change: (_, claims) =>
        {
            claims["exp"] = $"{claims["exp"]}";
            claims["nbf"] = $"{claims["nbf"]}";
            claims["aud"] = new JsonArray("https://elsewhere.example", _entra.Tenant.TokenEndpoint.AbsoluteUri);
        });

        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(assertion))).Status);
    }

    [Fact]
    public async Task Clock_skew_is_allowed_where_the_options_say_so()
    {
        await using var entra = await EntraEmulator.StartAsync(new() { TimeProvider = _clock, ClockSkew = TimeSpan.FromMinutes(5) });
        var app = entra.AddApplication().AddCertificate(SharedCertificate);
        string At(int minutes) => ClientAssertion(SharedCertificate, app, entra.Tenant.TokenEndpoint, _clock.Now.AddMinutes(minutes));

        Assert.Equal(200, (await entra.PostAsync(app.Asserting(At(5)))).Status);
        Assert.Equal(700024, (await entra.PostAsync(app.Asserting(At(6)))).Code);
    }

    [Fact]
    public async Task ASharedCertificate_outside_its_validity_is_refused()
    {
        using var old = Certificate(until: _clock.Now.AddDays(-1));
        _app.AddCertificate(old);

        Assert.Equal(1000502, (await _entra.PostAsync(_app.Asserting(Assertion(certificate: old)))).Code);
    }

    [Fact]
    public async Task Certificates_rotate_while_it_runs()
    {
        Assert.Equal(700027, (await _entra.PostAsync(_app.Asserting(Assertion(certificate: OtherCertificate)))).Code);

        _app.AddCertificate(OtherCertificate);
        _app.RemoveCertificate(SharedCertificate);

        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(Assertion(certificate: OtherCertificate)))).Status);
        Assert.Equal(700027, (await _entra.PostAsync(_app.Asserting(Assertion()))).Code);
    }

    [Fact]
    public void ASharedCertificate_without_an_RSA_key_is_refused_when_it_is_added()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate =
            new CertificateRequest("CN=ec", key, HashAlgorithmName.SHA256).CreateSelfSigned(
                DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

        Assert.Contains("RSA", Assert.Throws<ArgumentException>(() => _app.AddCertificate(certificate)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 900144)]
    [InlineData("urn:ietf:params:oauth:client-assertion-type:saml2-bearer", 9002313)]
    public async Task An_assertion_needs_its_type(string? type, long code)
    {
        var reply = await _entra.PostAsync(_app.Form(("client_assertion", Assertion()), ("client_assertion_type", type)));

        Assert.Equal(code, reply.Code);
    }

    [Fact]
    public async Task A_federated_assertion_stands_for_its_application_as_often_as_it_lives()
    {
        _app.AddFederatedCredential(_github, Subject);
        var form = _app.Asserting(_github.Issue(Subject));

        Assert.Equal(200, (await _entra.PostAsync(form)).Status);
        Assert.Equal(200, (await _entra.PostAsync(form)).Status);
        Assert.All(
            _entra.Journal.TokenRequests, request => Assert.Equal(ClientAuthenticationMethod.Federated, request.ClientAuthentication));

        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(700024, (await _entra.PostAsync(form)).Code);
    }

    public static TheoryData<string, string, string, long> Mismatches => new()
    {
        { "https://gitlab.example", Subject, "api://AzureADTokenExchange", 700211 },
        { "https://Token.actions.githubusercontent.com", Subject, "api://AzureADTokenExchange", 700211 },
        { GitHub + "/", Subject, "api://AzureADTokenExchange", 700211 },
        { GitHub, "repo:contoso/orders:ref:refs/heads/dev", "api://AzureADTokenExchange", 700213 },
        { GitHub, "repo:Contoso/Orders:ref:refs/heads/main", "api://AzureADTokenExchange", 7002138 },
        { GitHub, Subject + " ", "api://AzureADTokenExchange", 700213 },
        { GitHub, Subject, "api://azureadtokenexchange", 700212 },
        { GitHub, Subject, "api://AzureADTokenExchangeUSGov", 700212 },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public async Task A_federated_assertion_must_match_to_the_letter(string issuer, string subject, string audience, long code)
    {
        _app.AddFederatedCredential(GitHub, Subject);
        var claims =
            new JsonObject
            {
                ["iss"] = issuer,
                ["sub"] = subject,
                ["aud"] = audience,
                ["exp"] = _clock.Now.AddMinutes(1)
                .ToUnixTimeSeconds()
            };
        var assertion = _github.Keys.Sign(claims);

        var reply = await _entra.PostAsync(_app.Asserting(assertion));

        Assert.Equal((401, "invalid_client", code), (reply.Status, reply.Error, reply.Code));
    }

    [Fact]
    public async Task Issuer_subject_and_audience_must_be_of_one_credential()
    {
        var gitlab = _entra.AddIssuer("https://gitlab.example/one-credential");
        _app.AddFederatedCredential(_github, "a").AddFederatedCredential(gitlab, "b");

        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(gitlab.Issue("b")))).Status);
        Assert.Equal(700213, (await _entra.PostAsync(_app.Asserting(_github.Issue("b")))).Code);
    }

    [Fact]
    public async Task A_federated_assertion_of_another_key_is_refused()
    {
        _app.AddFederatedCredential(GitHub, Subject);
        await using var impostor = await EntraEmulator.StartAsync(new() { TimeProvider = _clock });

        Assert.Equal(700027, (await _entra.PostAsync(_app.Asserting(impostor.AddIssuer(GitHub).Issue(Subject)))).Code);
    }

    [Fact]
    public async Task Federation_needs_a_credential_an_issuer_that_is_known_and_RS256()
    {
        Assert.Equal(70025, (await _entra.PostAsync(_app.Asserting(_github.Issue(Subject)))).Code);

        _app.AddFederatedCredential("https://unheard.example", Subject).AddFederatedCredential(_github, Subject);
        await using var elsewhere = await EntraEmulator.StartAsync(new() { TimeProvider = _clock });
        var unheard = await _entra.PostAsync(_app.Asserting(elsewhere.AddIssuer("https://unheard.example").Issue(Subject)));
        Assert.Equal((400, 90061), (unheard.Status, unheard.Code));

        using var key = SharedCertificate.GetRSAPrivateKey()!;
        var pss =
            Sign(
                new JsonObject { ["alg"] = "PS256" }, new JsonObject { ["iss"] = GitHub, ["sub"] = Subject }, key, RSASignaturePadding.Pss);
        Assert.Equal(5002730, (await _entra.PostAsync(_app.Asserting(pss))).Code);
    }

    [Fact]
    public async Task An_expired_assertion_can_be_had_without_moving_the_clock()
    {
        _app.AddFederatedCredential(_github, Subject);

        Assert.Equal(700024, (await _entra.PostAsync(_app.Asserting(_github.Issue(Subject, lifetime: TimeSpan.FromMinutes(-1))))).Code);
    }

    [Fact]
    public async Task A_user_assigned_managed_identity_can_stand_for_an_application()
    {
        var identity = _entra.AddManagedIdentity();
        _app.AddFederatedCredential(identity);
        var assertion = await _entra.GetAsync(
            $"metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://AzureADTokenExchange&client_id={identity.ClientId}",
            ("Metadata", "true"));

        Assert.Equal(200, (await _entra.PostAsync(_app.Asserting(assertion.Token))).Status);
        Assert.Throws<ArgumentException>(() => _app.AddFederatedCredential(_entra.SystemAssignedIdentity));
    }

    [Fact]
    public void An_application_takes_twenty_federated_credentials_as_in_Entra()
    {
        for (var i = 0; i < 20; i++)
        {
            _app.AddFederatedCredential(GitHub, $"repo:contoso/{i}");
        }

        Assert.Throws<InvalidOperationException>(() => _app.AddFederatedCredential(GitHub, "one too many"));
    }

    private static string Thumbprint(X509Certificate2 certificate) =>
        System.Buffers.Text.Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256));

    /// <summary>The claims of one assertion under the signature of another.</summary>
    private static string Resign(string one, string other) => $"{one[..one.LastIndexOf('.')]}{other[other.LastIndexOf('.')..]}";

    private string Assertion(
        string algorithm = "PS256", X509Certificate2? certificate = null, Action<JsonObject, JsonObject>? change = null) =>
        ClientAssertion(certificate ?? SharedCertificate, _app, _entra.Tenant.TokenEndpoint, _clock.Now, algorithm, change);
}
