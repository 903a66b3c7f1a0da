using System.Net;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Handlers further out copy messages and their headers as text. No copy holds a token, whenever it is made and from whichever message.
/// </summary>
public sealed class CopiedMessageTests
{
    private const string Scope = "https://api.contoso.com/.default";
    private const string InvalidToken = """Bearer error="invalid_token" """;
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeTokens _tokens = new();
    private readonly List<(string Host, string? Token)> _received = [];

    [Fact]
    public async Task A_copy_that_follows_a_redirect_carries_no_token()
    {
        var api = Api(FakeServer.Response(HttpStatusCode.Redirect, headers: ("Location", "https://evil.example/")));
        using var client = new HttpClient(new Copying(response => response.Headers.Location) { InnerHandler = Handler(api) });

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(Address));

        Assert.Equal([("api.contoso.com", "Bearer t1")], _received);
    }

    [Fact]
    public async Task A_retry_with_a_copy_carries_the_token_of_its_moment_and_its_rejection_is_answered()
    {
        var api = Api(
            FakeServer.Response(HttpStatusCode.ServiceUnavailable),
            FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken)),
            FakeServer.Response(HttpStatusCode.OK));
        var retry =
            new Copying(response => response.StatusCode == HttpStatusCode.ServiceUnavailable ? Address : null, () => _tokens.Next());
        retry.InnerHandler = Handler(api);
        using var client = new HttpClient(retry);

        using var response = await client.GetAsync(Address);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t2", "Bearer t3"], _received.Select(received => received.Token));
    }

    [Fact]
    public async Task A_message_copied_into_a_second_client_carries_that_clients_token()
    {
        using var first = new HttpClient(Handler(Api(FakeServer.Response(HttpStatusCode.OK))));
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);
        using var response = await first.SendAsync(message);
        var other = new FakeTokens();
        other.Next();
        var api = Api(FakeServer.Response(HttpStatusCode.OK), FakeServer.Response(HttpStatusCode.OK));
        using var second = new HttpClient(new AccessTokenHandler(other, new TokenRequest(Scope)) { InnerHandler = api });

        using var copyOfTheCallers = await second.SendAsync(TextCopy.Of(message));
        using var copyOfTheResponses = await second.SendAsync(TextCopy.Of(response.RequestMessage!));

        Assert.Equal(["Bearer t1", "Bearer t2", "Bearer t2"], _received.Select(received => received.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_made_while_the_first_send_is_on_the_wire_carries_no_token(bool isSynchronous)
    {
        HttpRequestMessage? callers = null;
        string? whileSending = null;
        using var api = new FakeServer
        {
            Otherwise = received =>
            {
                Assert.Equal("Bearer t1", received.Headers["Authorization"]);
                whileSending = $"{TextCopy.Of(callers!)}";
                return FakeServer.Response(HttpStatusCode.OK);
            },
        };
        if (!isSynchronous)
        {
            _tokens.OnGet = async (_, _) =>
            {
                await Task.Yield();
                return _tokens.Current;
            };
        }

        using var client = new HttpClient(Handler(api));
        callers = new HttpRequestMessage(HttpMethod.Get, Address);
        using var response = await client.SendAsync(callers);

        Assert.DoesNotContain("Authorization", whileSending, StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", $"{callers}", StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", $"{response.RequestMessage}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_made_by_a_handler_further_in_is_not_seen_with_the_token(bool isAsync)
    {
        using var client = new HttpMessageInvoker(Handler(new CopyingInside { InnerHandler = new Answering() }));
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);

        using var response = isAsync
            ? await client.SendAsync(message, CancellationToken.None)
            : client.Send(message, CancellationToken.None);

        Assert.Equal("Bearer t1", $"{response.Headers.NonValidated["X-Seen"]}");
        Assert.DoesNotContain("Authorization", $"{response.RequestMessage}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_made_by_a_handler_further_in_is_not_seen_with_a_renewed_token(bool isAsync)
    {
        using var client = new HttpMessageInvoker(Handler(new CopyingInside { InnerHandler = new Answering { Rejected = "Bearer t1" } }));
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);

        using var response = isAsync
            ? await client.SendAsync(message, CancellationToken.None)
            : client.Send(message, CancellationToken.None);

        Assert.Equal("Bearer t2", $"{response.Headers.NonValidated["X-Seen"]}");
        Assert.DoesNotContain("Authorization", $"{response.RequestMessage}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_made_inside_of_one_client_carries_the_token_of_the_client_that_sends_it(bool isReworded)
    {
        var other = new FakeTokens();
        other.Next();
        using var second = new HttpMessageInvoker(
            new AccessTokenHandler(other, new TokenRequest(Scope)) { InnerHandler = Api(FakeServer.Response(HttpStatusCode.OK)) });
        using var client = new HttpClient(Handler(new SendingElsewhere(second, isReworded)));

        using var response = await client.GetAsync(Address);

        Assert.Equal([("api.contoso.com", "Bearer t2")], _received);
    }

    [Fact]
    public async Task A_header_of_the_applications_own_stays_on_its_message()
    {
        using var client = new HttpClient(Handler(Api(FakeServer.Response(HttpStatusCode.OK))));
        using var message = new HttpRequestMessage(HttpMethod.Get, Address) { Headers = { { "Authorization", "Bearer mine" } } };

        using var response = await client.SendAsync(message);

        Assert.Same(message, response.RequestMessage);
        Assert.Equal("Bearer mine", $"{message.Headers.Authorization}");
    }

    private AccessTokenHandler Handler(HttpMessageHandler api) => new(_tokens, new TokenRequest(Scope)) { InnerHandler = api };

    private FakeServer Api(params HttpResponseMessage[] answers)
    {
        var api = new FakeServer();
        foreach (var answer in answers)
        {
            api.Answer(request =>
            {
                _received.Add((request.RequestUri!.Host, request.Headers.Authorization?.ToString()));
                return answer;
            });
        }

        return api;
    }

    /// <summary>Sends a copy of the message to where the response makes it go.</summary>
    private sealed class Copying(Func<HttpResponseMessage, Uri?> next, Action? before = null) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (next(response) is not { } address)
            {
                return response;
            }

            before?.Invoke();
            return await base.SendAsync(TextCopy.Of(request, address), cancellationToken);
        }
    }

    private sealed class CopyingInside : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            base.SendAsync(TextCopy.Of(request), cancellationToken);

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            base.Send(TextCopy.Of(request), cancellationToken);
    }

    private sealed class SendingElsewhere(HttpMessageInvoker client, bool isReworded) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = TextCopy.Of(request);
            if (isReworded)
            {
                copy.Headers.Remove("Authorization");
                copy.Headers.TryAddWithoutValidation("Authorization", $"bearer  {request.Headers.Authorization!.Parameter}");
            }

            return client.SendAsync(copy, cancellationToken);
        }
    }

    private sealed class Answering : HttpMessageHandler
    {
        public string? Rejected { get; init; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var seen = $"{request.Headers.NonValidated["Authorization"]}";
            var response = seen == Rejected
                ? FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken))
                : FakeServer.Response(HttpStatusCode.OK, headers: ("X-Seen", seen));
            response.RequestMessage = request;
            return response;
        }
    }
}
