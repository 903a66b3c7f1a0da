using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>
/// An API names another origin, on whatever pass and with whatever status, and a handler further out goes there with the same message: the
/// permission of the address that the application issued does not extend there.
/// </summary>
public sealed class NamedPlaceTests
{
    private const string Scope = "api://orders/.default";
    private const string Issued = "https://orders.contoso.com/1";
    private const string Evil = "https://evil.example/2";
    private const string InvalidToken = """Bearer error="invalid_token" """;
    private const string Claims =
        "Bearer error=\"insufficient_claims\", "
            + "claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0=\" ";

    private readonly FakeTokens _tokens = new();

    public static TheoryData<int, string, string> Places => new()
    {
        { 301, "Location", Evil },
        { 302, "Location", Evil },
        { 303, "Location", Evil },
        { 307, "Location", Evil },
        { 308, "Location", Evil },
        { 300, "Location", Evil },
        { 200, "Location", Evil },
        { 201, "Location", Evil },
        { 202, "Location", Evil },
        { 202, "Operation-Location", Evil },
        { 202, "Azure-AsyncOperation", Evil },
        { 503, "Location", Evil },
        { 302, "Location", "//evil.example/2" },
        { 302, "Location", " https://EVIL.example:443/2 " },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_place_that_a_response_names_gets_no_token(int status, string header, string place) =>
        await AssertStaysAsync(isAsync: true, Answer(status, (header, place)));

    [Theory]
    [MemberData(nameof(Places))]
    public async Task A_place_that_the_answer_to_a_renewed_token_names_gets_no_token(int status, string header, string place)
    {
        foreach (var challenge in new[] { InvalidToken, Claims })
        {
            foreach (var isAsync in new[] { true, false })
            {
                await AssertStaysAsync(isAsync, Answer(401, ("WWW-Authenticate", challenge)), Answer(status, (header, place)));
            }
        }
    }

    [Fact]
    public async Task A_place_named_beside_a_rejection_gets_no_token() =>
        await AssertStaysAsync(isAsync: true, Answer(401, ("Location", Evil), ("WWW-Authenticate", "Bearer")));

    [Fact]
    public async Task A_place_named_after_other_redirects_gets_no_token() =>
        await AssertStaysAsync(
            isAsync: true,
            Answer(302, ("Location", "/3")),
            Answer(302, ("Location", "https://orders.contoso.com/4")),
            Answer(307, ("Location", Evil)));

    [Theory]
    [InlineData("https://listed.contoso.com/2")]
    [InlineData("https://orders.contoso.com/2")]
    [InlineData("/2")]
    public async Task A_place_that_the_application_allowed_gets_the_token_wherever_its_name_came_from(string place)
    {
        var api = new Api(Answer(302, ("Location", place)));
        using var client = Client(api, new FollowWithTheSameMessage());

        using var response = await client.GetAsync(Issued);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t1"], api.Received.Select(received => received.Token));
    }

    private async Task AssertStaysAsync(bool isAsync, params Func<HttpResponseMessage>[] answers)
    {
        var api = new Api(answers);
        using var client = Client(api, new FollowWithTheSameMessage());
        using var message = new HttpRequestMessage(HttpMethod.Get, Issued);

        var exception = isAsync
            ? await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(message))
            : Assert.Throws<TokenAcquisitionException>(() => client.Send(message));

        Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
        Assert.All(api.Received, received => Assert.Equal("orders.contoso.com", received.Host));
    }

    private HttpClient Client(Api api, DelegatingHandler outer)
    {
        var options = new AccessTokenHandlerOptions
        {
            AllowedOrigins = { new Uri("https://orders.contoso.com"), new Uri("https://listed.contoso.com") },
        };
        var origins = new AllowedOrigins(options);
        var metrics = new ChallengeMetrics(factory: null);
        outer.InnerHandler = new AccessTokenHandler(_tokens, new TokenRequest(Scope), options, origins, metrics) { InnerHandler = api };
        return new HttpClient(new OriginalUriHandler(origins) { InnerHandler = outer });
    }

    private static Func<HttpResponseMessage> Answer(int status, params (string Name, string Value)[] headers) => () =>
        FakeServer.Response((HttpStatusCode)status, headers: headers);

    private sealed class Api(params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
    {
        private readonly Queue<Func<HttpResponseMessage>> _answers = new(answers);

        public List<(string Host, string Token)> Received { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Received.Add((request.RequestUri!.IdnHost, $"{request.Headers.Authorization}"));
            var response = _answers.TryDequeue(out var answer) ? answer() : new HttpResponseMessage(HttpStatusCode.OK);
            response.RequestMessage = request;
            return response;
        }
    }

    /// <summary>Goes with the same message wherever a response says, whatever its status.</summary>
    private sealed class FollowWithTheSameMessage : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            while (true)
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (Place(response, request) is not { } place)
                {
                    return response;
                }

                request.RequestUri = place;
            }
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            while (true)
            {
                var response = base.Send(request, cancellationToken);
                if (Place(response, request) is not { } place)
                {
                    return response;
                }

                request.RequestUri = place;
            }
        }

        private static Uri? Place(HttpResponseMessage response, HttpRequestMessage request)
        {
            foreach (var name in new[] { "Location", "Operation-Location", "Azure-AsyncOperation" })
            {
                if (response.Headers.TryGetValues(name, out var values))
                {
                    return new Uri(request.RequestUri!, values.Single().Trim());
                }
            }

            return null;
        }
    }
}
