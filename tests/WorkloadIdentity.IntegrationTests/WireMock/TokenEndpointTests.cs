using WireMock.Matchers;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The token endpoint, played from the documentation of the
/// <see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow">client credentials grant</see> and of
/// the <see href="https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow">on-behalf-of grant</see>.
/// </summary>
public sealed class TokenEndpointTests : IDisposable
{
    private const string Tenant = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    private const string Client = "00001111-aaaa-2222-bbbb-3333cccc4444";
    private const string Secret = "A1bC2dE3fH4iJ5kL6mN7oP8qR9sT0u";
    private const string Scope = "https://graph.microsoft.com/.default";
    private const string Token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.e30.c2lnbmF0dXJl";

    private static readonly object Issued = new { token_type = "Bearer", expires_in = 3599, access_token = Token };

    private readonly WireMockServer _entra = StubServer.Start();

    public void Dispose() => _entra.Dispose();

    [Fact]
    public async Task A_secret_is_sent_in_the_documented_form()
    {
        Given(
            $"client_id={Client}", "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default", $"client_secret={Secret}",
            "grant_type=client_credentials").RespondWith(StubServer.Answer(200).WithBodyAsJson(Issued));

        var result = await AcquireAsync();

        Assert.Equal(Token, result.Token?.Value);
        Assert.InRange(
            result.Token!.ExpiresOn - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(3500), TimeSpan.FromSeconds(3599));
    }

    [Fact]
    public async Task A_certificate_is_sent_in_the_documented_form()
    {
        Given(
            $"client_id={Client}", "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer",
            "client_assertion=eyJ*", "grant_type=client_credentials").RespondWith(StubServer.Answer(200).WithBodyAsJson(Issued));

        var result = await AcquireAsync(ClientCertificateAuthentication.FromCertificate(SelfSigned.Certificate));

        Assert.Equal(Token, result.Token?.Value);
        Assert.DoesNotContain("client_secret", Assert.Single(_entra.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_behalf_of_is_sent_in_the_documented_form()
    {
        const string Assertion = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl";
        Given(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer", $"client_id={Client}", $"client_secret={Secret}",
            $"assertion={Assertion}", "scope=https%3A%2F%2Fgraph.microsoft.com%2Fuser.read", "requested_token_use=on_behalf_of")
            .RespondWith(StubServer.Answer(200).WithBodyAsJson(Issued));

        var result = await AcquireAsync(
            request: new TokenRequest("https://graph.microsoft.com/user.read") { UserAssertion = Assertion });

        Assert.True(result.Verdict == TokenVerdict.Issued, result.Error?.Message);
    }

    [Fact]
    public async Task The_documented_refusal_is_understood()
    {
        Given().RespondWith(StubServer.Answer(400).WithBodyAsJson(Refusal(
            "invalid_scope",
            70011,
            "The provided value for the input parameter 'scope' is not valid. The scope https://foo.microsoft.com/.default is not "
                + "valid.")));

        var error = (await AcquireAsync()).Error!;

        Assert.Equal(
            (TokenErrorKind.Refused, "invalid_scope", 400, false), (error.Kind, error.OAuthError, error.StatusCode, error.IsTransient));
        Assert.Equal([70011], error.EntraErrorCodes);
        Assert.Equal("0000aaaa-11bb-cccc-dd22-eeeeee333333", error.TraceId);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Single(_entra.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(429)]
    public async Task What_passes_by_itself_is_tried_again(int status)
    {
        Given().InScenario("recovery").WillSetStateTo("works").RespondWith(StubServer.Answer(status));
        Given().InScenario("recovery").WhenStateIs("works").RespondWith(StubServer.Answer(200).WithBodyAsJson(Issued));

        Assert.Equal(Token, (await AcquireAsync()).Token?.Value);
        Assert.Equal(2, _entra.Requests.Count);
    }

    [Fact]
    public async Task Throttling_that_outlasts_the_budget_is_reported_with_its_time()
    {
        Given().RespondWith(StubServer.Answer(429, ("Retry-After", "120")));

        var error = (await AcquireAsync()).Error!;

        Assert.Equal((TokenErrorKind.Throttled, TimeSpan.FromSeconds(120)), (error.Kind, error.RetryAfter));
        Assert.Single(_entra.Requests);
    }

    [Theory]
    [InlineData("empty")]
    [InlineData("garbage")]
    [InlineData("page")]
    [InlineData("array")]
    [InlineData("other token type")]
    [InlineData("negative lifetime")]
    [InlineData("no lifetime")]
    [InlineData("token with a line break")]
    public async Task An_answer_that_is_no_token_is_a_failure(string answer)
    {
        Given().RespondWith(answer switch
        {
            "empty" => Response.Create().WithFault(FaultType.EMPTY_RESPONSE),
            "garbage" => StubServer.Answer(200).WithBodyAsJson(Issued).WithFault(FaultType.MALFORMED_RESPONSE_CHUNK),
            "page" => StubServer.Answer(200, ("Content-Type", "text/html")).WithBody("<html>Log in to this network.</html>"),
            "array" => StubServer.Answer(200).WithBodyAsJson(new[] { Issued }),
            "other token type" => Answer(new { token_type = "mac", expires_in = 3599, access_token = Token }),
            "negative lifetime" => Answer(new { token_type = "Bearer", expires_in = -1, access_token = Token }),
            "no lifetime" => Answer(new { token_type = "Bearer", access_token = Token }),
            _ => Answer(new { token_type = "Bearer", expires_in = 3599, access_token = $"{Token}\r\nX-Injected: 1" }),
        });

        var result = await AcquireAsync();

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.InvalidResponse), (result.Verdict, result.Error!.Kind));
        Assert.DoesNotContain(Token, result.Error.ToString(), StringComparison.Ordinal);

        static IResponseBuilder Answer(object body) => StubServer.Answer(200).WithBodyAsJson(body);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_in_time_is_given_up()
    {
        Given().RespondWith(StubServer.Answer(200).WithDelay(TimeSpan.FromSeconds(60)).WithBodyAsJson(Issued));

        var result =
            await AcquireAsync(retry: new RetryOptions { MaxAttempts = 1, AttemptTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((TokenVerdict.Failed, TokenErrorKind.TimedOut), (result.Verdict, result.Error!.Kind));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_secret()
    {
        using var stranger = StubServer.Answering(200);
        Given().RespondWith(StubServer.Answer(307, ("Location", $"{stranger.Address}steal")));

        Assert.Equal(TokenErrorKind.InvalidResponse, (await AcquireAsync()).Error!.Kind);
        Assert.Empty(stranger.Requests);
    }

    /// <summary>
    /// As in the <see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims challenge</see> page: an API wants
    /// an authentication context, the claims go to the token endpoint with the capability of this client, and the new token to the API.
    /// </summary>
    [Fact]
    public async Task A_claims_challenge_goes_from_the_API_to_the_token_endpoint_and_back()
    {
        const string Claims = """{"access_token":{"acrs":{"essential":true,"value":"c1"}}}""";
        var encoded = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Claims));
        Given().AtPriority(5).RespondWith(StubServer.Answer(200).WithBodyAsJson(Issued));
        Given("claims=*acrs*cp1*").RespondWith(
            StubServer.Answer(200).WithBodyAsJson(new { token_type = "Bearer", expires_in = 3599, access_token = "stronger-token" }));
        using var api = StubServer.Answering(401, ("WWW-Authenticate", "Bearer realm=\"\", "
            + "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", error=\"insufficient_claims\", "
            + $"claims=\"{encoded}\""));
        api.Answers("stronger-token", StubServer.Answer(200));
        using var acquirer = new TokenAcquirer(Credential());
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { api.Address } };
        using var http =
            new HttpClient(new AccessTokenHandler(acquirer, new TokenRequest(Scope), options) { InnerHandler = new SocketsHttpHandler() });

        using var response = await http.GetAsync(new Uri(api.Address, "/orders/42"));

        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([$"Bearer {Token}", "Bearer stronger-token"], api.Tokens);
    }

    /// <summary>The error of the documentation's example.</summary>
    internal static object Refusal(string error, int code, string text) => new
    {
        error,
        error_description = $"AADSTS{code}: {text}\r\nTrace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333\r\nCorrelation ID: "
            + "aaaa0000-bb11-2222-33cc-444444dddddd\r\nTimestamp: 2016-01-09 02:02:12Z",
        error_codes = new[] { code },
        timestamp = "2016-01-09 02:02:12Z",
        trace_id = "0000aaaa-11bb-cccc-dd22-eeeeee333333",
        correlation_id = "aaaa0000-bb11-2222-33cc-444444dddddd",
    };

    /// <summary>A token request that has these fields among others.</summary>
    private IRespondWithAProvider Given(params string[] fields)
    {
        var request = Request.Create().UsingPost().WithPath($"/{Tenant}/oauth2/v2.0/token")
            .WithHeader("Content-Type", "application/x-www-form-urlencoded");
        foreach (var field in fields)
        {
            request = request.WithBody(new WildcardMatcher($"*{field}*"));
        }

        return _entra.Given(request);
    }

    private ApplicationCredential Credential(ClientAuthentication? authentication = null, RetryOptions? retry = null) => new(
        Tenant, Client, authentication ?? ClientSecretAuthentication.FromValue(Secret),
        new ApplicationCredentialOptions
        {
            AuthorityHost = _entra.Address,
            Retry = retry ?? new RetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
        });

    private ValueTask<TokenResult> AcquireAsync(
        ClientAuthentication? authentication = null, TokenRequest? request = null, RetryOptions? retry = null) =>
        Credential(authentication, retry)
            .AcquireAsync(new Acquisition(request ?? new TokenRequest(Scope)), CancellationToken.None);
}
