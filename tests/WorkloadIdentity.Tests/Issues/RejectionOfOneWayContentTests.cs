using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>
/// An API rejects the token of a request whose body cannot be sent twice: the caller gets the 401 at once, and the next request a new
/// token.
/// </summary>
public sealed class RejectionOfOneWayContentTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private const string InvalidToken = """Bearer error="invalid_token" """;
    private static readonly Uri Address = new("https://api.contoso.com/orders");
    private static readonly string InsufficientClaims =
        $"Bearer error=\"insufficient_claims\", claims=\"{Convert.ToBase64String("""{"access_token":{"acrs":{"value":"c1"}}}"""u8)}\"";

    private readonly FakeTokens _tokens = new();
    private readonly FakeServer _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("invalid_token", true)]
    [InlineData("invalid_token", false)]
    [InlineData("insufficient_claims", true)]
    [InlineData("insufficient_claims", false)]
    public async Task The_401_comes_back_before_the_renewal_ends_and_the_next_request_has_the_new_token(string reason, bool isAsync)
    {
        var renewal = new TaskCompletionSource<FakeTokens.Renewal>(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var landed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.OnRenew = async (asked, _) =>
        {
            renewal.SetResult(asked);
            await end.Task;
            var token = _tokens.Next();
            landed.SetResult();
            return token;
        };
        var api = new Api(reason == "invalid_token" ? InvalidToken : InsufficientClaims);
        using var client = new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest(Scope)) { InnerHandler = api });
        var first = Upload();

        using var response = isAsync
            ? await client.SendAsync(first, CancellationToken.None).WaitAsync(Patience.Limit)
            : client.Send(first, CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var asked = await renewal.Task.WaitAsync(Patience.Limit);
        Assert.Equal("t1", asked.Rejected!.Value);
        Assert.Equal(reason == "insufficient_claims", asked.Claims?.Contains("acrs", StringComparison.Ordinal) ?? false);
        end.SetResult();
        await landed.Task.WaitAsync(Patience.Limit);
        using var next = await client.SendAsync(Upload(), CancellationToken.None);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t2"], api.Tokens);
    }

    [Fact]
    public async Task An_api_that_rejects_everything_costs_a_bounded_number_of_token_requests()
    {
        var clock = new FakeClock();
        var credential = ControlledCredential.Issuing(clock, TimeSpan.FromHours(24));
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { TimeProvider = clock, Jitter = () => 0 });
        var watched = new Watched(acquirer);
        var api = new Api(InvalidToken, rejectsAll: true);
        using var client = new HttpMessageInvoker(new AccessTokenHandler(watched, new TokenRequest(Scope)) { InnerHandler = api });

        for (var call = 0; call < 50; call++)
        {
            using var response = await client.SendAsync(Upload(), CancellationToken.None);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.True(await watched.Renewals.WaitAsync(Patience.Limit));
        }

        // The first token and two renewals; from then on one renewal in 30 s, and the clock stands still.
        Assert.Equal(3, credential.Calls);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_renewal_that_fails_behind_the_401_is_logged(bool isRefusal)
    {
        using var log = new FakeLog();
        _tokens.OnRenew = (_, _) => isRefusal
            ? throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "the application is disabled"))
            : throw new InvalidOperationException("broken");
        var options = new AccessTokenHandlerOptions { LoggerFactory = log };
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(_tokens, new TokenRequest(Scope), options) { InnerHandler = new Api(InvalidToken) });

        using var response = await client.SendAsync(Upload(), CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await Patience.UntilAsync(() => log.Count(302) > 0);
        var text = log.Entries.Single(entry => entry.Id == 302).Text;
        Assert.Contains(isRefusal ? "the application is disabled" : "InvalidOperationException", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_401_is_counted_as_returned()
    {
        using var meters = new FakeMeters();
        var options = new AccessTokenHandlerOptions { MeterFactory = meters };
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(_tokens, new TokenRequest(Scope), options) { InnerHandler = new Api(InvalidToken) });

        using var response = await client.SendAsync(Upload(), CancellationToken.None);

        Assert.Equal(
            ["outcome=returned reason=invalid_token"], meters.Of("workload_identity.challenges").Select(measured => measured.Tags));
    }

    private static HttpRequestMessage Upload() => new(HttpMethod.Post, Address) { Content = new OneWayContent() };

    private sealed class Api(string challenge, bool rejectsAll = false) : HttpMessageHandler
    {
        public List<string> Tokens { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Tokens.Add($"{request.Headers.Authorization}");
            return rejectsAll || Tokens[^1] == "Bearer t1"
                ? FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", challenge))
                : FakeServer.Response(HttpStatusCode.OK);
        }
    }

    /// <summary>Tells when a renewal has ended.</summary>
    private sealed class Watched(ITokenAcquirer acquirer) : ITokenAcquirer
    {
        public SemaphoreSlim Renewals { get; } = new(0);

        public ValueTask<AccessToken> GetTokenAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
            acquirer.GetTokenAsync(request, cancellationToken);

        public async ValueTask<AccessToken> RenewTokenAsync(
            TokenRequest request, AccessToken? rejected, string? claims = null, CancellationToken cancellationToken = default)
        {
            try
            {
                return await acquirer.RenewTokenAsync(request, rejected, claims, cancellationToken);
            }
            finally
            {
                Renewals.Release();
            }
        }
    }
}
