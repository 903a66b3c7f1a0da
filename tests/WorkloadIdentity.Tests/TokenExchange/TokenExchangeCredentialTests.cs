using System.Net;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class TokenExchangeCredentialTests : IDisposable
{
    private const string SubjectToken = "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDeceLTC";
    private const string Refusal = """{"error":"invalid_request","error_description":"The token has expired."}""";

    private static readonly Uri Endpoint = new("https://as.example.com/as/token.oauth2");
    private static readonly TokenRequest SubjectRequest = new("api://as.example.com/.default");
    private static readonly string Jwt = JwtOf(
        """{"iss":"https://sts.windows.net/t/","aud":"api://as","sub":"the-subject","exp":4102444800}""");

    private readonly FakeClock _clock = new();
    private readonly FakeServer _server = new();
    private readonly List<TokenAcquirer> _acquirers = [];

    public void Dispose() => _acquirers.ForEach(acquirer => acquirer.Dispose());

    /// <summary>The request and the response of RFC 8693 section 2.3, letter by letter.</summary>
    [Fact]
    public async Task The_example_of_the_standard_is_sent_and_read_as_it_stands_there()
    {
        const string Issued =
            "eyJhbGciOiJFUzI1NiIsImtpZCI6IjllciJ9.eyJhdWQiOiJodHRwczovL2JhY2tlbmQuZXhhbXBsZS5jb20iLCJpc3MiOiJodHRwczovL2FzLmV4YW1w"
            + "bGUuY29tIiwiZXhwIjoxNDQxOTE3NTkzLCJpYXQiOjE0NDE5MTc1MzMsInN1YiI6ImJkY0BleGFtcGxlLmNvbSIsInNjb3BlIjoiYXBpIn0.40y3ZgQedw"
            + "6rxf59WlwHDD9jryFOr0_Wh3CGozQBihNBhnXEQgU85AI9x3KmsPottVMLPIWvmDCMy5-kdXjwhw";
        _server.Answer(HttpStatusCode.OK, $$"""
            {
             "access_token":"{{Issued}}",
             "issued_token_type":
                 "urn:ietf:params:oauth:token-type:access_token",
             "token_type":"Bearer",
             "expires_in":60
            }
            """);
        var credential = Credential(
            new()
            {
                Target = TokenExchangeTarget.Resource,
                SubjectTokenType = TokenExchangeCredentialOptions.AccessTokenType,
                ClientId = "rs08",
                ClientSecret = _ => ValueTask.FromResult("long-secure-random-secret"),
            },
            SubjectToken);

        var result = await AskAsync(credential, "https://backend.example.com/api");

        Assert.Equal((Issued, _clock.Now.AddSeconds(60)), (result.Token!.Value, result.Token.ExpiresOn));
        var sent = Assert.Single(_server.Requests);
        Assert.Equal((HttpMethod.Post, Endpoint), (sent.Method, sent.Uri));
        Assert.Equal("Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0", sent.Headers["Authorization"]);
        Assert.Equal("application/x-www-form-urlencoded", sent.Headers["Content-Type"]);
        Assert.Equal(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&resource=https%3A%2F%2Fbackend.example.com%2Fapi"
                + $"&subject_token={SubjectToken}&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token",
            sent.Body);
    }

    [Fact]
    public async Task A_client_without_a_secret_and_every_parameter_are_sent()
    {
        _server.Answer(HttpStatusCode.OK, """{"access_token":"new","token_type":"bearer","expires_in":"3600"}""");
        var credential = Credential(
            new() { Audience = "databricks", RequestedTokenType = TokenExchangeCredentialOptions.AccessTokenType, ClientId = "a-client" });

        var result = await AskAsync(credential, "all-apis");

        Assert.Equal(("new", _clock.Now.AddHours(1)), (result.Token!.Value, result.Token.ExpiresOn));
        Assert.Equal("token exchange", result.Token.AcquiredBy);
        var sent = Assert.Single(_server.Requests);
        Assert.False(sent.Headers.ContainsKey("Authorization"));
        Assert.Equal(
            ("all-apis", "databricks", "a-client"), (sent.Form["scope"], sent.Form["audience"], sent.Form["client_id"]));
        Assert.Equal("urn:ietf:params:oauth:token-type:jwt", sent.Form["subject_token_type"]);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", sent.Form["requested_token_type"]);
    }

    [Fact]
    public async Task The_scope_of_a_request_can_be_the_audience()
    {
        _server.Answer(HttpStatusCode.OK, """{"access_token":"new","token_type":"Bearer","expires_in":60}""");

        await AskAsync(Credential(new() { Target = TokenExchangeTarget.Audience }), "//service");

        var sent = Assert.Single(_server.Requests);
        Assert.Equal("//service", sent.Form["audience"]);
        Assert.False(sent.Form.ContainsKey("scope"));
    }

    [Fact]
    public async Task Client_id_and_secret_are_encoded_before_they_are_joined()
    {
        _server.Answer(HttpStatusCode.OK, """{"access_token":"new","token_type":"Bearer","expires_in":60}""");
        var credential = Credential(new() { ClientId = "a:b", ClientSecret = _ => ValueTask.FromResult("100% ü") });

        await AskAsync(credential, "x");

        Assert.Equal("Basic YSUzQWI6MTAwJTI1KyVDMyVCQw==", Assert.Single(_server.Requests).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("invalid_request")]
    [InlineData("invalid_grant")]
    [InlineData("invalid_token")]
    public async Task When_the_exchanged_token_is_refused_another_one_is_exchanged_once(string error)
    {
        var tokens = new Queue<string>(["first", "second"]);
        using var acquirer =
            new TokenAcquirer(FakeCredential.Issuing(_ => tokens.Dequeue(), timeProvider: _clock), new() { TimeProvider = _clock });
        var credential = new TokenExchangeCredential(Endpoint, acquirer, SubjectRequest, Options(new()));
        _server.Answer(HttpStatusCode.BadRequest, $$"""{"error":"{{error}}"}""")
            .Answer(HttpStatusCode.BadRequest, $$"""{"error":"{{error}}"}""");

        var result = await AskAsync(credential, "x");

        Assert.Equal(TokenErrorKind.Refused, result.Error!.Kind);
        Assert.Equal(["first", "second"], _server.Requests.Select(request => request.Form["subject_token"]));
    }

    [Theory]
    [InlineData("invalid_client")]
    [InlineData("invalid_target")]
    [InlineData("invalid_scope")]
    public async Task Another_token_is_not_tried_where_it_cannot_help(string error)
    {
        _server.Answer(HttpStatusCode.BadRequest, $$"""{"error":"{{error}}"}""");

        Assert.Equal(error, (await AskAsync(Credential(new()), "x")).Error!.OAuthError);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_refusal_shows_what_the_token_says_of_itself_and_no_secret()
    {
        _server.Answer(HttpStatusCode.BadRequest, $$"""{"error":"invalid_scope","error_description":"No {{Jwt}}. and canary"}""");
        var credential = Credential(new() { ClientId = "c", ClientSecret = _ => ValueTask.FromResult("canary") }, Jwt);

        var error = (await AskAsync(credential, "all-apis")).Error!;

        Assert.Contains("as.example.com refused to exchange a token for one for 'all-apis' (HTTP 400, invalid_scope)", error.Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "The token that was exchanged has issuer https://sts.windows.net/t/, audience api://as, subject the-subject. ",
            error.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Jwt, error.Message, StringComparison.Ordinal);
        Assert.Equal(("token-exchange", "all-apis", false), (error.HelpAnchor, error.Scope, error.IsTransient));
    }

    [Theory]
    [InlineData("""{"token_type":"Bearer","expires_in":60}""", "has no access_token")]
    [InlineData("""{"access_token":"a b","token_type":"Bearer","expires_in":60}""", "has no access_token")]
    [InlineData("""{"access_token":"a","expires_in":60}""", "token_type is not Bearer")]
    [InlineData("""{"access_token":"a","token_type":"N_A","expires_in":60}""", "token_type is N_A")]
    [InlineData("""{"access_token":"a","token_type":"Bearer"}""", "does not say when the token expires")]
    [InlineData("""{"access_token":"a","token_type":"Bearer","expires_in":0}""", "has already expired")]
    [InlineData("""{"access_token":"a","token_type":"Bearer","expires_in":1e300}""", "lives longer than 31 days")]
    [InlineData(
        """{"access_token":"a","token_type":"Bearer","expires_in":60,"issued_token_type":"urn:ietf:params:oauth:token-type:saml2"}""",
        "issued_token_type is neither")]
    [InlineData("[]", "is not a token response")]
    [InlineData("<html>", "is not a token response")]
    public async Task A_response_that_is_no_usable_token_is_a_failure(string body, string says)
    {
        _server.Answer(HttpStatusCode.OK, body);

        var result = await AskAsync(Credential(new()), "x");

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
        Assert.Contains(says, result.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_another_type_than_asked_for_is_refused()
    {
        _server.Answer(
            HttpStatusCode.OK,
            """{"access_token":"a","token_type":"Bearer","expires_in":60,"issued_token_type":"urn:ietf:params:oauth:token-type:jwt"}""");

        var result = await AskAsync(Credential(new() { RequestedTokenType = TokenExchangeCredentialOptions.AccessTokenType }), "x");

        Assert.Contains("not the type that was asked for", result.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_expiry_in_the_response_that_of_the_token_counts()
    {
        var expiresOn = _clock.Now.AddMinutes(20);
        var jwt = JwtOf($$"""{"exp":{{expiresOn.ToUnixTimeSeconds()}}}""");
        _server.Answer(HttpStatusCode.OK, $$"""{"access_token":"{{jwt}}","token_type":"Bearer"}""");

        Assert.Equal(expiresOn.ToUnixTimeSeconds(), (await AskAsync(Credential(new()), "x")).Token!.ExpiresOn.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_transient_failure_is_retried_and_throttling_keeps_its_wait()
    {
        _server.Answer(HttpStatusCode.ServiceUnavailable, "busy").Answer(
            HttpStatusCode.TooManyRequests, """{"error":"slow_down"}""", "application/json", ("Retry-After", "3600"));

        var error = (await FastForward.RunAsync(_clock, () => true, () => AskAsync(Credential(new()), "x"))).Error!;

        Assert.Equal((TokenErrorKind.Throttled, TimeSpan.FromHours(1)), (error.Kind, error.RetryAfter));
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task Without_a_token_to_exchange_nothing_is_sent()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        var credential = new TokenExchangeCredential(Endpoint, acquirer, SubjectRequest, Options(new()));

        var error = (await AskAsync(credential, "x")).Error!;

        Assert.Equal(
            $"as.example.com exchanges a token for {SubjectRequest.Scope}, and there is none. No consent.", error.Message);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public void What_cannot_work_is_refused_when_the_credential_is_made()
    {
        Refused(() => Credential(new(), endpoint: "http://as.example.com/token"), "plain http");
        Refused(() => Credential(new(), endpoint: "https://user@as.example.com/token"), "user information");
        Refused(() => Credential(new(), scope: "api://AzureADTokenExchange/.default"), "credential for Entra");
        Refused(() => Credential(new() { ClientSecret = _ => ValueTask.FromResult("s") }), "without ClientId");
        Refused(() => Credential(new() { Audience = "a", Target = TokenExchangeTarget.Audience }), "Leave one out");
        Refused(() => Credential(new() { SubjectTokenType = "" }), "token type");
        Assert.NotNull(Credential(new(), endpoint: "http://127.0.0.1:5000/token"));

        static void Refused(Func<object> make, string says) =>
            Assert.Contains(says, Assert.ThrowsAny<ArgumentException>(make).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public void A_token_that_may_be_bound_to_a_certificate_is_not_exchanged(TokenBinding binding)
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(SubjectToken));
        var request = new TokenRequest(SubjectRequest.Scope) { Binding = binding };

        var refused = Assert.Throws<ArgumentException>(() => new TokenExchangeCredential(Endpoint, acquirer, request, Options(new())));

        Assert.Equal("subjectRequest", refused.ParamName);
        Assert.StartsWith(
            "The request asks for a token that is bound to a certificate, and it would be sent to the server without the certificate.",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    private TokenExchangeCredential Credential(
        TokenExchangeCredentialOptions options, string token = SubjectToken, string? endpoint = null, string? scope = null)
    {
        var acquirer = new TokenAcquirer(FakeCredential.Issuing(token, timeProvider: _clock), new() { TimeProvider = _clock });
        _acquirers.Add(acquirer);
        return new TokenExchangeCredential(
            endpoint is null ? Endpoint : new Uri(endpoint),
            acquirer,
            scope is null ? SubjectRequest : new TokenRequest(scope),
            Options(options));
    }

    private TokenExchangeCredentialOptions Options(TokenExchangeCredentialOptions options)
    {
        options.HttpClient = _server.Client;
        options.TimeProvider = _clock;
        return options;
    }

    private static string JwtOf(string claims) => ToolBench.Jwt(JsonNode.Parse(claims)!.AsObject());

    private static Task<TokenResult> AskAsync(TokenExchangeCredential credential, string scope) =>
        credential.AcquireAsync(new Acquisition(new TokenRequest(scope)), CancellationToken.None).AsTask();
}
