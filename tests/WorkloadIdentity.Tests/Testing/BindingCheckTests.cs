using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using WorkloadIdentity.Testing;
using static WorkloadIdentity.Tests.EmulatorCalls;

namespace WorkloadIdentity.Tests;

/// <summary>Requests for bound tokens, and applications that prove themselves with a certificate in TLS.</summary>
public sealed class BindingCheckTests(BoundBench bench) : IClassFixture<BoundBench>
{
    private const string BoundAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-pop";

    private readonly BoundBench _bench = bench.Fresh();

    private EntraEmulator Entra => _bench.Entra;

    private EmulatedApplication App => _bench.App;

    [Fact]
    public async Task A_certificate_of_a_trusted_subject_gets_a_bound_token() =>
        Assert.Equal("200 mtls_pop", await AskAsync(_bench.First));

    [Theory]
    [InlineData("DPoP")]
    [InlineData("MTLS_POP")]
    public async Task An_unknown_type_of_token_is_refused(string type) => Assert.Equal(
        "9002313 The request is malformed: 'token_type' is 'mtls_pop', or left out.",
        await AskAsync(_bench.First, ("client_secret", App.AddSecret()), ("token_type", type)));

    [Fact]
    public async Task A_type_that_says_an_ordinary_token_is_accepted() =>
        Assert.Equal("200 Bearer", await AskAsync(_bench.First, ("client_secret", App.AddSecret()), ("token_type", "Bearer")));

    [Fact]
    public async Task A_bound_token_needs_a_certificate_in_tls() => Assert.Equal(
        "9002313 The request is malformed: 'token_type=mtls_pop' needs a certificate in TLS, and the connection has none.",
        await AskAsync(certificate: null, ("client_secret", App.AddSecret())));

    [Fact]
    public async Task A_secret_gets_no_bound_token() =>
        Assert.StartsWith("392189 ", await AskAsync(_bench.First, ("client_secret", App.AddSecret())), StringComparison.Ordinal);

    [Theory]
    [InlineData(JwtBearer, "392189 ")]
    [InlineData(BoundAssertion, "9002313 The request is malformed: The assertion is sent as one that is bound to a certificate, and it")]
    public async Task A_signed_assertion_gets_no_bound_token(string type, string answer)
    {
        App.AddCertificate(_bench.First);
        var assertion = ClientAssertion(
            _bench.First, App, new Uri(Entra.SecureAddress, TokenPath), TimeProvider.System.GetUtcNow());

        Assert.StartsWith(
            answer,
            await AskAsync(_bench.First, ("client_assertion", assertion), ("client_assertion_type", type)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_a_user_is_not_bound() => Assert.Equal(
        "9002313 The request is malformed: 'token_type=mtls_pop' is for tokens of the application itself.",
        await AskAsync(
            _bench.First,
            ("grant_type", OnBehalfOf),
            ("assertion", App.IssueUserToken("bob@emulated.example")),
            ("requested_token_use", "on_behalf_of"),
            ("scope", $"{Entra.Api.Audience}/orders.read")));

    [Fact]
    public async Task An_api_can_take_ordinary_tokens_only()
    {
        Entra.Api.AcceptsBoundTokens = false;

        Assert.StartsWith("392196 ", await AskAsync(_bench.First), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_in_tls_proves_nothing_unless_a_bound_token_is_asked_for() =>
        Assert.StartsWith("7000218 ", await AskAsync(_bench.First, ("token_type", null)), StringComparison.Ordinal);

    [Fact]
    public async Task A_request_without_any_proof_is_refused() =>
        Assert.StartsWith("7000218 ", await AskAsync(certificate: null), StringComparison.Ordinal);

    [Fact]
    public async Task An_application_that_trusts_no_subject_is_refused() =>
        Assert.StartsWith("392189 ", await AskAsync(Entra.AddApplication(), _bench.First), StringComparison.Ordinal);

    [Fact]
    public async Task Another_subject_is_refused()
    {
        using var other = _bench.Issue(name: "other.emulated.example");

        Assert.StartsWith(
            "700030 The subject name 'other.emulated.example' ", await AskAsync(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var key = TestCertificate.Key("another authority");
        var request = new CertificateRequest(_bench.First.SubjectName, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var forged = request.CreateSelfSigned(_bench.First.NotBefore, _bench.First.NotAfter);

        Assert.StartsWith("50012 ", await AskAsync(forged), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-30, -10)]
    [InlineData(10, 30)]
    public async Task A_certificate_outside_its_validity_is_refused(int from, int until)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = _bench.Issue(now.AddMinutes(until), now.AddMinutes(from));

        Assert.StartsWith("1000502 ", await AskAsync(certificate), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BoundAssertion, "its own", "200 mtls_pop")]
    [InlineData(BoundAssertion, "renewed", "500181 ")]
    [InlineData(BoundAssertion, null, "500181 ")]
    [InlineData(JwtBearer, "its own", "500181 ")]
    public async Task A_bound_assertion_needs_its_certificate_and_its_own_type(string type, string? certificate, string answer)
    {
        var agent = Entra.AddAgentIdentity(App);
        var exchange = new TokenRequest($"{EmulatedIssuer.ExchangeAudience}/.default")
        {
            FmiPath = agent.ClientId,
            Binding = TokenBinding.Required,
        };
        var assertion = (await _bench.Credential().AcquireAsync(new Acquisition(exchange), default)).Token!.Value;

        Assert.StartsWith(
            answer,
            await AskAsync(
                agent,
                certificate switch { null => null, "renewed" => _bench.Renewed, _ => _bench.First },
                ("client_assertion", assertion),
                ("client_assertion_type", type)),
            StringComparison.Ordinal);
    }

    private string TokenPath => $"{Entra.Tenant.Id}/oauth2/v2.0/token";

    private Task<string> AskAsync(X509Certificate2? certificate, params (string Name, string? Value)[] fields) =>
        AskAsync(App, certificate, fields);

    /// <summary>Asks for a bound token, and returns its type, or the code and message of the refusal.</summary>
    private async Task<string> AskAsync(
        EmulatedApplication application, X509Certificate2? certificate, params (string Name, string? Value)[] fields)
    {
        using var handler = Entra.CreateHandler();
        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext =
                System.Net.Security.SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        }

        using var client = new HttpClient(handler);
        using var form = new FormUrlEncodedContent(application.Form([("token_type", "mtls_pop"), .. fields]));
        using var response = await client.PostAsync(new Uri(Entra.SecureAddress, TokenPath), form);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return response.IsSuccessStatusCode
            ? $"200 {answer.GetProperty("token_type").GetString()}"
            : $"{answer.GetProperty("error_codes")[0]} {Message(answer.GetProperty("error_description").GetString()!)}";
    }

    /// <summary>The description without the code before it and the ids after it.</summary>
    private static string Message(string description) =>
        description[(description.IndexOf(": ", StringComparison.Ordinal) + 2)..].Split(" Trace ID")[0];
}
