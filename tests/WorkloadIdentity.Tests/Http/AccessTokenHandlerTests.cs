using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace WorkloadIdentity.Tests;

public sealed class AccessTokenHandlerTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private const string InvalidToken = """Bearer error="invalid_token" """;
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeTokens _tokens = new();
    private readonly FakeServer _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_token_is_attached()
    {
        _api.Answer(HttpStatusCode.OK);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Bearer t1", Assert.Single(_api.Requests).Headers["Authorization"]);
        Assert.Equal(new TokenRequest(Scope) { ContinuousAccess = true }, Assert.Single(_tokens.Requests));
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent()
    {
        _tokens.OnGet = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "no"));

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(new HttpRequestMessage(HttpMethod.Get, Address)));

        Assert.Equal(TokenErrorKind.Refused, exception.Error.Kind);
        Assert.Empty(_api.Requests);
    }

    [Theory]
    [InlineData("Bearer mine")]
    [InlineData("Basic bWluZQ==")]
    [InlineData("two words and \"more")]
    public async Task A_header_of_the_applications_own_is_left_alone(string value)
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
        var message = new HttpRequestMessage(HttpMethod.Get, Address);
        message.Headers.TryAddWithoutValidation("Authorization", value);

        using var response = await SendAsync(message);

        Assert.Equal(value, Assert.Single(_api.Requests).Headers["Authorization"]);
        Assert.Empty(_tokens.Requests);
        Assert.Empty(_tokens.Renewals);
    }

    [Fact]
    public async Task An_outer_retry_carries_the_token_of_its_moment()
    {
        _api.Answer(HttpStatusCode.ServiceUnavailable).Answer(HttpStatusCode.OK);
        using var client = new HttpMessageInvoker(new OuterRetry { InnerHandler = Handler(), BetweenAttempts = () => _tokens.Next() });

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), CancellationToken.None);

        Assert.Equal(["Bearer t1", "Bearer t2"], _api.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task An_outer_retry_that_finds_no_token_sends_none_not_even_the_old_one()
    {
        _api.Answer(HttpStatusCode.ServiceUnavailable);
        using var client = new HttpMessageInvoker(new OuterRetry
        {
            InnerHandler = Handler(),
            BetweenAttempts = () =>
                _tokens.OnGet = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "no")),
        });
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(message, CancellationToken.None));

        Assert.Single(_api.Requests);
        Assert.Null(message.Headers.Authorization);
    }

    [Fact]
    public async Task A_rejected_token_is_renewed_and_the_request_sent_once_more()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken)).Answer(HttpStatusCode.OK);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent("order") });

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["Bearer t1", "Bearer t2"], _api.Requests.Select(request => request.Headers["Authorization"]));
        Assert.Equal(["order", "order"], _api.Requests.Select(request => request.Body));
        var renewal = Assert.Single(_tokens.Renewals);
        Assert.Equal("t1", renewal.Rejected!.Value);
        Assert.Null(renewal.Claims);
        Assert.Equal(_tokens.Requests[0], renewal.Request);
    }

    [Fact]
    public async Task No_message_keeps_the_token_once_it_was_sent_again()
    {
        var messages = new List<HttpRequestMessage>();
        foreach (var status in new[] { HttpStatusCode.Unauthorized, HttpStatusCode.OK })
        {
            _api.Answer(message =>
            {
                messages.Add(message);
                return FakeServer.Response(status, headers: ("WWW-Authenticate", InvalidToken));
            });
        }

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(2, messages.Count);
        Assert.All(messages, message => Assert.Null(message.Headers.Authorization));
        Assert.Null(response.RequestMessage!.Headers.Authorization);
    }

    [Fact]
    public async Task What_inner_handlers_noted_reaches_the_callers_message_also_when_the_renewal_fails()
    {
        var note = new HttpRequestOptionsKey<string>("noted below");
        _api.Answer(message =>
        {
            message.Options.Set(note, "seen");
            return FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
        });
        _tokens.OnRenew = (_, _) => throw new InvalidOperationException("broken");
        using var message = new HttpRequestMessage(HttpMethod.Get, Address);

        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(message));

        Assert.True(message.Options.TryGetValue(note, out var noted));
        Assert.Equal("seen", noted);
    }

    [Fact]
    public async Task A_request_that_is_sent_again_is_logged()
    {
        var log = new FakeLog();
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken)).Answer(HttpStatusCode.OK);

        using var response =
            await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), new AccessTokenHandlerOptions { LoggerFactory = log });

        var (_, id, text) = Assert.Single(log.Entries);
        Assert.Equal(301, id);
        Assert.StartsWith("https://api.contoso.com rejected the token (invalid_token).", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_401_is_returned()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken))
            .Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Single(_tokens.Renewals);
    }

    [Fact]
    public async Task The_first_response_is_disposed_when_the_request_is_sent_again()
    {
        var body = new DisposeWitness();
        _api.Answer(_ => Rejected(body)).Answer(HttpStatusCode.OK);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task When_nothing_newer_can_be_had_the_401_comes_back_untouched()
    {
        var body = new DisposeWitness();
        _api.Answer(_ => Rejected(body));
        _tokens.OnRenew = (renewal, _) => ValueTask.FromResult(renewal.Rejected!);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.False(body.IsDisposed);
        Assert.Single(_api.Requests);
    }

    [Fact]
    public async Task A_renewal_that_brings_the_same_value_is_no_reason_to_ask_again()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
        _tokens.OnRenew = (renewal, _) => ValueTask.FromResult(FakeTokens.Token(renewal.Rejected!.Value));

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Single(_api.Requests);
    }

    [Fact]
    public async Task When_renewing_fails_the_401_comes_back_and_one_warning_says_why()
    {
        var log = new FakeLog();
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
        _tokens.OnRenew =
            (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Refused, "the application is disabled"));

        using var response =
            await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), new AccessTokenHandlerOptions { LoggerFactory = log });

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var (_, id, text) = Assert.Single(log.Entries);
        Assert.Equal(302, id);
        Assert.Contains("the application is disabled", text, StringComparison.Ordinal);
        Assert.Contains("https://api.contoso.com", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_that_is_no_verdict_surfaces_and_the_response_is_disposed()
    {
        var body = new DisposeWitness();
        _api.Answer(_ => Rejected(body));
        _tokens.OnRenew = (_, _) => throw new InvalidOperationException("broken");

        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(new HttpRequestMessage(HttpMethod.Get, Address)));

        Assert.True(body.IsDisposed);
    }

    public static TheoryData<string, string> NoReasonToRenew => new()
    {
        { "no challenge", "" },
        { "a bare scheme", "Bearer" },
        { "another error", """Bearer error="insufficient_scope" """ },
        { "another case of the error", """Bearer error="Invalid_Token" """ },
        { "another scheme", """PoP error="invalid_token" """ },
        { "the error in another scheme's text", """Basic realm="Bearer error=\"invalid_token\"" """ },
        { "claims that cannot be read", """Bearer error="insufficient_claims", claims="!!" """ },
        { "no claims", """Bearer error="insufficient_claims" """ },
    };

    [Theory]
    [MemberData(nameof(NoReasonToRenew))]
    public async Task A_401_that_another_token_would_not_mend_is_returned(string situation, string challenge)
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", challenge));

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.True(_tokens.Renewals.Count == 0, situation);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.ProxyAuthenticationRequired)]
    public async Task Only_a_401_is_a_rejection(HttpStatusCode status)
    {
        _api.Answer(status, headers: ("WWW-Authenticate", InvalidToken));

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Empty(_tokens.Renewals);
    }

    private const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";
    private static readonly string ClaimsChallenge =
        $"""Bearer error="insufficient_claims", claims="{Convert.ToBase64String(Encoding.UTF8.GetBytes(Claims))}" """;

    [Fact]
    public async Task A_claims_challenge_is_answered_with_its_claims()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: [("WWW-Authenticate", InvalidToken), ("WWW-Authenticate", ClaimsChallenge)])
            .Answer(HttpStatusCode.OK);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Claims, Assert.Single(_tokens.Renewals).Claims);
    }

    [Fact]
    public async Task Without_continuous_access_a_claims_challenge_is_returned_and_Entra_is_told_nothing_of_it()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", ClaimsChallenge));

        using var response =
            await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), new AccessTokenHandlerOptions { ContinuousAccess = false });

        Assert.Empty(_tokens.Renewals);
        Assert.False(Assert.Single(_tokens.Requests).ContinuousAccess);
    }

    [Fact]
    public async Task Claims_that_Entra_refuses_to_grant_surface_with_both_sides()
    {
        var body = new DisposeWitness();
        _api.Answer(_ => Rejected(body, ClaimsChallenge));
        _tokens.OnRenew = (_, _) => throw new TokenAcquisitionException(
            new TokenError(TokenErrorKind.Refused, "AADSTS53003: blocked") { EntraErrorCodes = [53003], CorrelationId = "c" });

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(new HttpRequestMessage(HttpMethod.Get, Address)));

        Assert.Contains("https://api.contoso.com", exception.Message, StringComparison.Ordinal);
        Assert.Contains("insufficient_claims", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AADSTS53003: blocked", exception.Message, StringComparison.Ordinal);
        Assert.Equal([53003], exception.Error.EntraErrorCodes);
        Assert.Equal(Claims, exception.Error.Claims);
        Assert.True(body.IsDisposed);
    }

    [Fact]
    public async Task Claims_that_could_not_be_asked_for_leave_the_401_standing()
    {
        _api.Answer(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", ClaimsChallenge));
        _tokens.OnRenew = (_, _) => throw new TokenAcquisitionException(new TokenError(TokenErrorKind.Unreachable, "no route"));

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    public static TheoryData<string, Action<HttpRequestMessage>, int> ChangesBelow => new()
    {
        { "the address", message => message.RequestUri = new Uri(Address.AbsoluteUri), 1 },
        { "no token", message => message.Headers.Authorization = null, 0 },
        { "a token of another", message => message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "t9"), 0 },
        { "the header, with the same token", message => message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "t1"), 1 },
        { "the method", message => message.Method = HttpMethod.Put, 1 },
        { "the content", message => message.Content = new StringContent("x"), 1 },
    };

    [Theory]
    [MemberData(nameof(ChangesBelow))]
    public async Task A_message_changed_below_is_not_sent_again(string changed, Action<HttpRequestMessage> change, int renewals)
    {
        var renewed = new TaskCompletionSource();
        _tokens.OnRenew = (_, _) =>
        {
            renewed.SetResult();
            return ValueTask.FromResult(_tokens.Next());
        };
        _api.Answer(message =>
        {
            change(message);
            return FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
        });

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await (renewals == 0 ? Task.CompletedTask : renewed.Task.WaitAsync(Patience.Limit));
        Assert.True(renewals == _tokens.Renewals.Count, changed);
    }

    [Fact]
    public async Task A_401_from_another_origin_is_returned()
    {
        _api.Answer(_ =>
        {
            var response = FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
            response.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://evil.example/");
            return response;
        });

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Empty(_tokens.Renewals);
    }

    [Fact]
    public async Task A_401_to_a_copy_sent_to_the_same_origin_is_answered()
    {
        _api.Answer(_ =>
        {
            var response = FakeServer.Response(HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", InvalidToken));
            response.RequestMessage = new HttpRequestMessage(HttpMethod.Get, "https://API.contoso.com:443/copy");
            return response;
        }).Answer(HttpStatusCode.OK);

        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, Address));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    public static TheoryData<string, Func<HttpContent?>, bool> Contents => new()
    {
        { "none", () => null, true },
        { "bytes", () => new ByteArrayContent([1, 2]), true },
        { "memory", () => new ReadOnlyMemoryContent(new byte[] { 1, 2 }), true },
        { "text", () => new StringContent("x"), true },
        { "form", () => new FormUrlEncodedContent([new("a", "b")]), true },
        { "JSON", () => JsonContent.Create(new[] { 1, 2 }), true },
        { "a JSON text", () => JsonContent.Create("x"), true },
        { "a JSON set", () => JsonContent.Create(new HashSet<string> { "x" }), true },
        { "a JSON node", () => JsonContent.Create(new System.Text.Json.Nodes.JsonArray(1)), true },
        { "a JSON query", () => JsonContent.Create(Enumerable.Range(0, 2).Where(x => x > 0)), false },
        { "a JSON stream", () => JsonContent.Create(Items()), false },
        { "a stream that can be rewound", () => new StreamContent(new MemoryStream([1, 2])), true },
        { "a stream that cannot", () => new StreamContent(new OneWayStream([1, 2])), false },
        { "a stream that cannot, with a stated length", () => WithLength(new StreamContent(new OneWayStream([1, 2])), 2), false },
        { "parts", () =>
            new MultipartFormDataContent { { new StringContent("x"), "a" }, { new StreamContent(new MemoryStream([1])), "b" } }, true },
        { "parts with a stream that cannot be rewound", () =>
            new MultipartContent { new StringContent("x"), new StreamContent(new OneWayStream([1])) }, false },
        { "a type nobody knows", () => new UnknownContent(), false },
        { "a type nobody knows, buffered", () => Buffered(new UnknownContent()), true },
        { "a type derived from stream content", () => new DerivedStreamContent(new MemoryStream([1])), true },
        { "a type derived from stream content, one way", () => new DerivedStreamContent(new OneWayStream([1])), false },
        { "a stream that cannot be rewound, buffered", () => Buffered(new StreamContent(new OneWayStream([1, 2]))), true },
        { "a JSON stream, buffered", () => Buffered(JsonContent.Create(Items())), true },
        { "a type derived from multipart content", () => new DerivedMultipartContent { new StringContent("x") }, true },
        { "the same with a type nobody knows", () => new DerivedMultipartContent { new UnknownContent() }, false },
    };

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Only_content_that_can_be_sent_again_is(string situation, Func<HttpContent?> content, bool isSentAgain)
    {
        var transport = new CopyingTransport();
        using var client = new HttpMessageInvoker(new AccessTokenHandler(_tokens, new TokenRequest(Scope)) { InnerHandler = transport });

        using var response =
            await client.SendAsync(new HttpRequestMessage(HttpMethod.Post, Address) { Content = content() }, CancellationToken.None);

        Assert.True(isSentAgain == (response.StatusCode == HttpStatusCode.OK), situation);
        Assert.Equal(isSentAgain ? 2 : 1, transport.Bodies.Count);
        Assert.Single(transport.Bodies.Distinct());
    }

    [Fact]
    public async Task A_cancelled_caller_gets_its_cancellation_while_a_token_is_acquired()
    {
        using var cancelled = new CancellationTokenSource();
        _tokens.OnGet = async (_, cancellationToken) =>
        {
            await cancelled.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return FakeTokens.Token("never");
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), cancellationToken: cancelled.Token));

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task A_cancelled_caller_gets_its_cancellation_while_a_token_is_renewed()
    {
        using var cancelled = new CancellationTokenSource();
        var body = new DisposeWitness();
        _api.Answer(_ => Rejected(body));
        _tokens.OnRenew = async (_, cancellationToken) =>
        {
            await cancelled.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return FakeTokens.Token("never");
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), cancellationToken: cancelled.Token));

        Assert.True(body.IsDisposed);
    }

    [Theory]
    [InlineData("api://AzureADTokenExchange/.default")]
    [InlineData("API://azureadtokenexchangeUSGov/.default")]
    [InlineData(" api://AzureADTokenExchangeChina/.default")]
    [InlineData("x api://AzureADTokenExchange")]
    [InlineData("fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("api://FB60F99C-7A34-4190-8149-302F77469936/.default")]
    [InlineData("spn:fb60f99c-7a34-4190-8149-302f77469936/.default")]
    [InlineData("api%3A%2F%2FAzureADTokenExchange/.default")]
    public void A_token_that_is_a_credential_never_enters_the_handler(string scope)
    {
        Assert.Throws<ArgumentException>(() => new AccessTokenHandler(_tokens, new TokenRequest(scope)));
        Assert.Throws<ArgumentException>(() => new HttpRequestMessage().WithScope(scope));
    }

    [Fact]
    public async Task Changing_the_options_later_changes_nothing()
    {
        var options = new AccessTokenHandlerOptions();
        using var client = Client(options);
        options.AllowedOrigins.Add(new Uri("https://evil.example"));
        options.Select = _ => new TokenRequest("x");
        _api.Answer(HttpStatusCode.OK);

        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, Address), CancellationToken.None);

        Assert.Equal(Scope, Assert.Single(_tokens.Requests).Scope);
        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://evil.example/"), CancellationToken.None));
    }

    private AccessTokenHandler Handler(AccessTokenHandlerOptions? options = null) =>
        new(_tokens, new TokenRequest(Scope), options) { InnerHandler = _api };

    private HttpMessageInvoker Client(AccessTokenHandlerOptions? options = null) => new(Handler(options), disposeHandler: false);

    private Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage message, AccessTokenHandlerOptions? options = null, CancellationToken cancellationToken = default) =>
        Client(options).SendAsync(message, cancellationToken);

    private static HttpResponseMessage Rejected(HttpContent body, string challenge = InvalidToken)
    {
        var response = new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = body };
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", challenge);
        return response;
    }

    private static StreamContent WithLength(StreamContent content, long length)
    {
        content.Headers.ContentLength = length;
        return content;
    }

    private static HttpContent Buffered(HttpContent content)
    {
        content.LoadIntoBufferAsync().GetAwaiter().GetResult();
        return content;
    }

    private static async IAsyncEnumerable<int> Items()
    {
        await Task.Yield();
        yield return 1;
    }

    private sealed class OuterRetry : DelegatingHandler
    {
        public required Action BetweenAttempts { get; init; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return response;
            }

            BetweenAttempts();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>
    /// Reads content as a connection does, without the buffering that reading it as text leaves behind. Accepts the second token.
    /// </summary>
    private sealed class CopyingTransport : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = new MemoryStream();
            await (request.Content?.CopyToAsync(body, cancellationToken) ?? Task.CompletedTask);
            Bodies.Add(Encoding.UTF8.GetString(body.ToArray()));
            return request.Headers.Authorization!.Parameter == "t1"
                ? Rejected(new StringContent(""))
                : new HttpResponseMessage(HttpStatusCode.OK);
        }
    }

    private sealed class DisposeWitness() : ByteArrayContent([])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    private sealed class UnknownContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            stream.WriteAsync("x"u8.ToArray()).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 1;
            return true;
        }
    }

    private sealed class DerivedStreamContent(Stream stream) : StreamContent(stream);

    private sealed class DerivedMultipartContent : MultipartContent;
}
