using System.Net;
using System.Text;

namespace WorkloadIdentity.Tests;

/// <summary>Handler and acquirer together: what rejected tokens cost, and what a caller is told.</summary>
public sealed class RenewalTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private const string InvalidToken = """Bearer error="invalid_token" """;
    private const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeClock _clock = new();
    private readonly FakeServer _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData(InvalidToken)]
    [InlineData("claims")]
    public async Task Parallel_rejections_of_one_token_cost_one_token_request(string challenge)
    {
        const int Callers = 100;
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(1));
        using var acquirer = Acquirer(credential);
        using var client = Client(acquirer);
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var caller = 0; caller < Callers; caller++)
        {
            _api.Answer(async (_, _) =>
            {
                // Every caller has sent the first token before the first of them learns that it is rejected.
                if (Interlocked.Increment(ref arrived) == Callers)
                {
                    all.SetResult();
                }

                await all.Task;
                return FakeServer.Response(
                    HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", challenge == "claims" ? ClaimsHeader(Claims) : challenge));
            });
        }

        _api.Otherwise =
            request =>
                FakeServer.Response(request.Headers["Authorization"] == "Bearer token-2" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized);
        var statuses = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => StatusAsync(client))).WaitAsync(Patience.Limit);

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal(2, credential.Calls);
        Assert.Equal(2 * Callers, _api.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_api_that_rejects_everything_costs_a_bounded_number_of_token_requests(bool asksForOtherClaimsEachTime)
    {
        var credential = ControlledCredential.Issuing(_clock, TimeSpan.FromHours(24));
        using var acquirer = Acquirer(credential);
        using var client = Client(acquirer);
        var count = 0;
        _api.Otherwise = _ => FakeServer.Response(
            HttpStatusCode.Unauthorized,
            headers: ("WWW-Authenticate",
                asksForOtherClaimsEachTime ? ClaimsHeader($$$"""{"access_token":{"nbf":{"value":"{{{++count}}}"} } }""") : InvalidToken));

        for (var call = 0; call < 500; call++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client));
        }

        // The first token and two renewals; from then on one renewal in 30 s, whatever the calls.
        Assert.Equal(3, credential.Calls);
        for (var minute = 0; minute < 10; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            for (var call = 0; call < 20; call++)
            {
                await StatusAsync(client);
            }
        }

        Assert.Equal(13, credential.Calls);
    }

    [Fact]
    public async Task Claims_that_Entra_refuses_surface_with_its_error_and_can_be_handed_on()
    {
        const string Demanded = """{"access_token":{"acrs":{"essential":true,"value":"p1"}}}""";
        var entra = new EntraFake().Issues().Answers(
            HttpStatusCode.BadRequest,
            $$"""
            {"error":"interaction_required","suberror":"basic_action","error_codes":[53003],
              "error_description":"AADSTS53003: Access has been blocked by Conditional Access policies.",
              "claims":"{{Demanded.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}
            """);
        using var acquirer = new TokenAcquirer(entra.Credential(), new TokenAcquirerOptions { TimeProvider = entra.Clock });
        using var client = Client(acquirer);
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", ClaimsHeader(Claims)));

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, Address).OnBehalfOf(EntraFake.Jwt()), CancellationToken.None));

        Assert.Contains("https://api.contoso.com demands claims", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AADSTS53003", exception.Message, StringComparison.Ordinal);
        Assert.Equal(TokenErrorCategory.ConditionalAccess, exception.Error.Category);
        Assert.Equal(Demanded, exception.Error.Claims);
        Assert.Contains(
            Convert.ToBase64String(Encoding.UTF8.GetBytes(Demanded)), exception.Error.ToChallenge(), StringComparison.Ordinal);
        Assert.Equal(
            """{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"xms_cc":{"values":["cp1"]}}}""",
            entra.Server.Requests[1].Form["claims"]);
    }

    [Fact]
    public async Task On_behalf_of_refused_outright_names_its_claims_too()
    {
        var entra = new EntraFake().Answers(
            HttpStatusCode.BadRequest,
            """
            {"error":"interaction_required","error_codes":[50076],
              "error_description":"AADSTS50076: Multi-factor authentication is required.",
              "claims":"{\"access_token\":{\"polids\":{\"essential\":true,\"values\":[\"9ab03e19\"]}}}"}
            """);
        using var acquirer = new TokenAcquirer(entra.Credential(), new TokenAcquirerOptions { TimeProvider = entra.Clock });
        using var client = Client(acquirer);

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, Address).OnBehalfOf(EntraFake.Jwt()), CancellationToken.None));

        Assert.NotNull(exception.Error.ToChallenge());
        Assert.Empty(_api.Requests);
    }

    private TokenAcquirer Acquirer(Credential credential) =>
        new(credential, new TokenAcquirerOptions { TimeProvider = _clock, Jitter = () => 0 });

    private HttpMessageInvoker Client(ITokenAcquirer acquirer) =>
        new(new AccessTokenHandler(acquirer, new TokenRequest(Scope)) { InnerHandler = _api }, disposeHandler: false);

    private static async Task<HttpStatusCode> StatusAsync(HttpMessageInvoker client)
    {
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), CancellationToken.None);
        return response.StatusCode;
    }

    private static string ClaimsHeader(string claims) =>
        $"Bearer error=\"insufficient_claims\", claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims))}\"";
}
