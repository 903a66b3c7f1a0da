using System.Net;
using WireMock.RequestBuilders;
using WireMock.Server;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Redirects as the real transport follows them, on real sockets: a token must never reach an origin the application did not address.
/// </summary>
public sealed class RedirectTests
{
    private const string Scope = "api://orders/.default";
    private static readonly (string, string) InvalidToken = ("WWW-Authenticate", """Bearer error="invalid_token" """);

    private readonly FakeTokens _tokens = new();

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_401_behind_a_redirect_to_another_origin_is_returned_and_the_token_stays_here(int status)
    {
        using var evil = StubServer.Answering(401, InvalidToken);
        using var api = StubServer.Answering(status, ("Location", $"{evil.Address}stolen"));
        using var client = Client(api);

        using var response = await client.PostAsync(new Uri(api.Address, "/orders"), new StringContent("order"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Bearer t1"], api.Tokens);
        Assert.Equal([null], evil.Tokens);
        Assert.Empty(_tokens.Renewals);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_401_behind_a_redirect_to_another_allowed_origin_is_returned_too(int status)
    {
        using var other = StubServer.Answering(401, InvalidToken);
        using var api = StubServer.Answering(status, ("Location", $"{other.Address}there"));
        using var client = Client(api, other);

        using var response = await client.GetAsync(api.Address);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal([null], other.Tokens);
        Assert.Empty(_tokens.Renewals);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_401_behind_a_redirect_to_another_path_is_returned(int status)
    {
        using var api = StubServer.Answering(401, InvalidToken);
        api.Given(Request.Create().WithPath("/old")).RespondWith(StubServer.Answer(status, ("Location", "/new")));
        using var client = Client(api);

        using var response = await client.GetAsync(new Uri(api.Address, "/old"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(["Bearer t1", null], api.Tokens);
        Assert.Empty(_tokens.Renewals);
    }

    [Fact]
    public async Task A_401_without_a_redirect_is_answered_on_a_real_connection()
    {
        using var api = StubServer.Answering(200);
        api.Answers("t1", StubServer.Answer(401, InvalidToken));
        using var client = Client(api);

        using var response = await client.PostAsync(api.Address, new StreamContent(new MemoryStream("order"u8.ToArray())));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t2"], api.Tokens);
        Assert.Equal(["order", "order"], api.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task The_second_send_may_be_redirected_and_still_leaks_nothing()
    {
        using var evil = StubServer.Answering(401, InvalidToken);
        using var api = StubServer.Answering(307, ("Location", $"{evil.Address}"));
        api.Answers("t1", StubServer.Answer(401, InvalidToken));
        using var client = Client(api);

        using var response = await client.GetAsync(api.Address);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal([null], evil.Tokens);
        Assert.Single(_tokens.Renewals);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outer_retry_after_a_redirect_starts_again_at_the_address_of_the_application(bool isGated)
    {
        using var evil = StubServer.Answering(503);
        using var api = StubServer.Answering(302, ("Location", $"{evil.Address}"));
        var origins = Origins(api);
        using var client = Pipeline(origins, isGated, new Retry());

        using var response = await client.GetAsync(api.Address);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(evil.Address, response.RequestMessage!.RequestUri);
        Assert.Equal(["Bearer t1", "Bearer t1"], api.Tokens);
        Assert.Equal([null, null], evil.Tokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_outer_retry_that_copies_the_message_of_the_response_sends_no_token_where_a_redirect_led(bool isGated)
    {
        using var evil = StubServer.Answering(503);
        using var api = StubServer.Answering(302, ("Location", $"{evil.Address}"));
        using var client = Pipeline(Origins(api), isGated, new RetryOfTheResponse());

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(api.Address));

        Assert.Equal(["Bearer t1"], api.Tokens);
        Assert.Equal([null], evil.Tokens);
    }

    [Fact]
    public async Task An_outer_retry_after_a_redirect_to_a_host_that_does_not_answer_starts_again_at_the_address_of_the_application()
    {
        Uri nobody;
        using (var gone = StubServer.Start())
        {
            nobody = gone.Address;
        }

        using var api = StubServer.Answering(302, ("Location", $"{nobody}"));
        using var client = Pipeline(Origins(api), isGated: true, new Retry());

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(api.Address));

        Assert.Equal(["Bearer t1", "Bearer t1"], api.Tokens);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirecting_handler_further_out_carries_no_token_to_another_origin(bool isGated)
    {
        using var evil = StubServer.Answering(200);
        using var api = StubServer.Answering(302, ("Location", $"{evil.Address}"));
        using var client = Pipeline(Origins(api), isGated, new FollowRedirects(), followBelow: false);

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(api.Address));

        Assert.Empty(evil.Requests);
    }

    [Fact]
    public async Task An_address_rewritten_between_gate_and_handler_passes()
    {
        using var instance = StubServer.Answering(200);
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } });
        using var client = Pipeline(origins, isGated: true, new Discovery(instance.Address));

        using var response = await client.GetAsync("https+http://orders/x");

        Assert.Equal(["Bearer t1"], instance.Tokens);
    }

    [Fact]
    public async Task Without_a_gate_a_rewritten_address_does_not_pass()
    {
        using var instance = StubServer.Answering(200);
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } });
        using var client = Pipeline(origins, isGated: false, new Discovery(instance.Address));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync("https+http://orders/x"));

        Assert.Empty(instance.Requests);
    }

    [Fact]
    public async Task A_redirect_below_a_rewritten_address_still_leaks_nothing()
    {
        using var evil = StubServer.Answering(401, InvalidToken);
        using var instance = StubServer.Answering(307, ("Location", $"{evil.Address}"));
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } });
        using var client = Pipeline(origins, isGated: true, new Retry { InnerHandler = new Discovery(instance.Address) });

        using var response = await client.GetAsync("https+http://orders/x");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal([null], evil.Tokens);
    }

    [Fact]
    public async Task A_retry_inside_service_discovery_sends_no_token_where_a_redirect_led()
    {
        using var evil = StubServer.Answering(503);
        using var instance = StubServer.Answering(307, ("Location", $"{evil.Address}"));
        var origins = new AllowedOrigins(new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https+http://orders") } });
        using var client = Pipeline(origins, isGated: true, new Discovery(instance.Address) { InnerHandler = new RetryOfTheResponse() });

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync("https+http://orders/x"));

        Assert.Equal(["Bearer t1"], instance.Tokens);
        Assert.Equal([null], evil.Tokens);
    }

    private HttpClient Client(params WireMockServer[] allowed) => Pipeline(Origins(allowed), isGated: false);

    private static AllowedOrigins Origins(params WireMockServer[] allowed)
    {
        var options = new AccessTokenHandlerOptions();
        foreach (var server in allowed)
        {
            options.AllowedOrigins.Add(server.Address);
        }

        return new AllowedOrigins(options);
    }

    private HttpClient Pipeline(AllowedOrigins origins, bool isGated, DelegatingHandler? between = null, bool followBelow = true)
    {
        HttpMessageHandler pipeline =
            new AccessTokenHandler(
                _tokens, new TokenRequest(Scope), new AccessTokenHandlerOptions(), origins, new ChallengeMetrics(factory: null))
            {
                InnerHandler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = followBelow },
            };
        if (between is not null)
        {
            var innermost = between;
            while (innermost.InnerHandler is DelegatingHandler inner)
            {
                innermost = inner;
            }

            innermost.InnerHandler = pipeline;
            pipeline = between;
        }

        return new HttpClient(isGated ? new OriginalUriHandler(origins) { InnerHandler = pipeline } : pipeline);
    }

    /// <summary>Sends the same message again, as resilience handlers do.</summary>
    private sealed class Retry : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                var response = await base.SendAsync(request, cancellationToken);
                if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    return response;
                }

                response.Dispose();
            }
            catch (HttpRequestException)
            {
                // Once more.
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Retries with a copy of the response's message, as the handlers of Microsoft Graph's clients do.</summary>
    private sealed class RetryOfTheResponse : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return response.StatusCode == HttpStatusCode.ServiceUnavailable
                ? await base.SendAsync(TextCopy.Of(response.RequestMessage!), cancellationToken)
                : response;
        }
    }

    /// <summary>Follows a redirect with a copy of the message, as the handlers of some clients do.</summary>
    private sealed class FollowRedirects : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.Location is not { } location)
            {
                return response;
            }

            var copy = new HttpRequestMessage(request.Method, location);
            foreach (var option in request.Options)
            {
                ((IDictionary<string, object?>)copy.Options).Add(option);
            }

            return await base.SendAsync(copy, cancellationToken);
        }
    }

    /// <summary>Puts an instance's address in place of a service's name for the duration of a send, as service discovery does.</summary>
    private sealed class Discovery(Uri instance) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var original = request.RequestUri!;
            request.RequestUri = new Uri(instance, original.PathAndQuery);
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            finally
            {
                request.RequestUri = original;
            }
        }
    }
}
