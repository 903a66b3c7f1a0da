using Polly;
using Polly.Hedging;
using WireMock;
using WireMock.RequestBuilders;
using WireMock.ResponseBuilders;
using WireMock.Server;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// One message is sent by two passes at once: a hedging strategy whose default generator takes the same message, or a retry that gave up
/// waiting. Each pass sends what it was given, whatever the other's is redirected to.
/// </summary>
public sealed class TwoPassesOfOneMessageTests
{
    private const string Scope = "api://orders/.default";
    private static readonly (string, string) InvalidToken = ("WWW-Authenticate", """Bearer error="invalid_token" """);

    private readonly FakeTokens _tokens = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_second_pass_starts_at_the_address_of_the_application_while_the_first_is_redirected(bool isGated)
    {
        var redirected = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var evil = StubServer.Start();
        evil.Given(Request.Create()).RespondWith(Response.Create().WithCallback(async request =>
        {
            // The first pass stays here, so that the second runs beside it.
            if (redirected.TrySetResult(request.Header("Authorization")))
            {
                await release.Task;
            }

            return new ResponseMessage { StatusCode = 200 };
        }));
        using var api = StubServer.Answering(200, ("X-Api", "yes"));
        api.Given(Request.Create()).InScenario("moved once").WillSetStateTo("moved")
            .RespondWith(StubServer.Answer(302, ("Location", $"{evil.Address}")));
        api.Given(Request.Create()).InScenario("moved once").WhenStateIs("moved").RespondWith(StubServer.Answer(200, ("X-Api", "yes")));
        using var client = Client(api, isGated, new Hedging(redirected.Task));

        try
        {
            using var response = await client.GetAsync(api.Address);

            Assert.Null(await redirected.Task);
            Assert.Empty(evil.Requests);
            Assert.Equal(["Bearer t1", "Bearer t1"], api.Tokens);
            Assert.True(response.Headers.Contains("X-Api"));
        }
        finally
        {
            release.SetResult();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_renewed_token_goes_where_the_pass_was_sent_although_the_message_has_moved_meanwhile(bool isFirstToken)
    {
        using var evil = StubServer.Answering(200);
        using var api = StubServer.Answering(200, ("X-Api", "yes"));
        api.Answers("t1", StubServer.Answer(401, InvalidToken));
        using var message = new HttpRequestMessage(HttpMethod.Get, api.Address);
        ValueTask<AccessToken> MoveAsync()
        {
            message.RequestUri = evil.Address;
            message.Method = HttpMethod.Delete;
            message.Headers.Host = "evil.example";
            return ValueTask.FromResult(_tokens.Next());
        }

        if (isFirstToken)
        {
            _tokens.OnGet = async (_, _) =>
            {
                await Task.Yield();
                return await MoveAsync();
            };
        }
        else
        {
            _tokens.OnRenew = (_, _) => MoveAsync();
        }

        using var client = Client(api, isGated: false);
        using var response = await client.SendAsync(message);

        Assert.True(response.Headers.Contains("X-Api"));
        Assert.Equal(isFirstToken ? ["Bearer t2"] : ["Bearer t1", "Bearer t2"], api.Tokens);
        Assert.All(api.Requests, request => Assert.Equal(("GET", api.Address.Authority), (request.Method, request.Header("Host"))));
        Assert.Empty(evil.Requests);
    }

    private HttpClient Client(WireMockServer allowed, bool isGated, DelegatingHandler? outer = null)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { allowed.Address } };
        var origins = new AllowedOrigins(options);
        var metrics = new ChallengeMetrics(factory: null);
        HttpMessageHandler pipeline = new AccessTokenHandler(_tokens, new TokenRequest(Scope), options, origins, metrics)
        {
            InnerHandler = new SocketsHttpHandler { UseProxy = false },
        };
        if (outer is not null)
        {
            outer.InnerHandler = pipeline;
            pipeline = outer;
        }

        return new HttpClient(isGated ? new OriginalUriHandler(origins) { InnerHandler = pipeline } : pipeline);
    }

    /// <summary>Polly's hedging over the same message, with a second attempt once <paramref name="signal"/> is given.</summary>
    private sealed class Hedging(Task signal) : DelegatingHandler
    {
        private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddHedging(new HedgingStrategyOptions<HttpResponseMessage> { MaxHedgedAttempts = 1, Delay = TimeSpan.Zero })
            .Build();

        private int _attempts;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            await _pipeline.ExecuteAsync(
                async token =>
                {
                    if (Interlocked.Increment(ref _attempts) == 2)
                    {
                        await signal.WaitAsync(Patience.Limit, token);
                    }

                    return await base.SendAsync(request, token);
                },
                cancellationToken);
    }
}
