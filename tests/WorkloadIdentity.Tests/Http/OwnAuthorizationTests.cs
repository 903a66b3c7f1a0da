using System.Net.Http.Headers;

namespace WorkloadIdentity.Tests;

public sealed class OwnAuthorizationTests : IDisposable
{
    private const string Scope = "https://api.contoso.com/.default";
    private static readonly Uri Address = new("https://api.contoso.com/orders");

    private readonly FakeTokens _tokens = new();
    private readonly FakeServer _api = new() { Otherwise = _ => FakeServer.Response(System.Net.HttpStatusCode.OK) };

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\t ")]
    public async Task The_token_replaces_an_empty_header(string value)
    {
        foreach (var isAsync in new[] { true, false })
        {
            await SendAsync(WithHeader(Get(), value), isAsync: isAsync);
            var options = new AccessTokenHandlerOptions { RequireTenant = true };
            await SendAsync(WithHeader(Get().ForTenant("contoso.com"), value), options, isAsync);
            await SendAsync(WithHeader(WithHeader(Get(), value), value), isAsync: isAsync);
        }

        Assert.Equal(6, _api.Requests.Count);
        Assert.All(_api.Requests, request => Assert.Equal("Bearer t1", request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_client_whose_default_header_is_empty_sends_the_token()
    {
        using var client = new HttpClient(Handler());
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "");

        using var response = await client.GetAsync(Address);

        Assert.Equal("Bearer t1", Assert.Single(_api.Requests).Headers["Authorization"]);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer ")]
    public async Task A_scheme_without_a_token_is_refused(string value)
    {
        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(WithHeader(Get(), value)));

        Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
        Assert.Contains("Authorization header 'Bearer' without a token", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<TokenAcquisitionException>(() =>
        {
            var message = Get();
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "");
            return SendAsync(message);
        });
        Assert.Empty(_api.Requests);
    }

    [Theory]
    [InlineData("Bearer own")]
    [InlineData("Basic b3du")]
    [InlineData("a-key-without-a-scheme")]
    [InlineData("not, a; valid \"header")]
    public async Task A_header_of_the_applications_own_is_left_as_it_is(string value)
    {
        await SendAsync(WithHeader(Get(), value));

        Assert.Equal(value, Assert.Single(_api.Requests).Headers["Authorization"]);
        Assert.Empty(_tokens.Requests);
    }

    public static TheoryData<string, Action<HttpRequestMessage>> Input => new()
    {
        { "tenant", message => message.ForTenant("contoso.com") },
        { "user", message => message.OnBehalfOf("jwt") },
        { "scope", message => message.WithScope("https://api.contoso.com/.default") },
    };

    [Theory]
    [MemberData(nameof(Input))]
    public async Task A_message_that_asks_for_a_token_and_has_another_header_is_refused(string situation, Action<HttpRequestMessage> ask)
    {
        foreach (var isAsync in new[] { true, false })
        {
            var message = WithHeader(Get(), "Bearer inbound");
            ask(message);

            var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(message, isAsync: isAsync));

            Assert.True(exception.Error.Kind == TokenErrorKind.NotAllowed, situation);
            Assert.Contains("exclude Authorization from the headers propagated", exception.Message, StringComparison.Ordinal);
            Assert.Contains("SkipAccessToken()", exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("inbound", exception.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(_api.Requests);
        Assert.Empty(_tokens.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_chooses_by_the_message_refuses_a_header_of_its_own(bool isTenant)
    {
        var options = isTenant
            ? new AccessTokenHandlerOptions { RequireTenant = true }
            : new AccessTokenHandlerOptions { Select = _ => new TokenRequest(Scope) { UserAssertion = "jwt" } };

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(WithHeader(Get(), "Bearer inbound"), options));
        Assert.Contains("chooses the token by the message", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_api.Requests);

        // The way out that the message names.
        await SendAsync(WithHeader(Get(), "Bearer inbound").SkipAccessToken(), options);
        Assert.Equal("Bearer inbound", Assert.Single(_api.Requests).Headers["Authorization"]);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, Address);

    private static HttpRequestMessage WithHeader(HttpRequestMessage message, string value)
    {
        Assert.True(message.Headers.TryAddWithoutValidation("Authorization", value));
        return message;
    }

    private AccessTokenHandler Handler(AccessTokenHandlerOptions? options = null) =>
        new(_tokens, new TokenRequest(Scope), options) { InnerHandler = new Synchronous(_api) };

    private async Task SendAsync(HttpRequestMessage message, AccessTokenHandlerOptions? options = null, bool isAsync = true)
    {
        using var client = new HttpMessageInvoker(Handler(options));
        using var response = isAsync
            ? await client.SendAsync(message, CancellationToken.None)
            : client.Send(message, CancellationToken.None);
    }

    /// <summary>The fake server answers at once, so a synchronous caller may take its answer as it is.</summary>
    private sealed class Synchronous(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var send = SendAsync(request, cancellationToken);
            Assert.True(send.IsCompleted);
            return send.GetAwaiter().GetResult();
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }
}
