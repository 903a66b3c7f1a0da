namespace WorkloadIdentity.Tests;

public sealed class HostHeaderTests
{
    private const string Scope = "api://orders/.default";

    private readonly FakeTokens _tokens = new();

    [Theory]
    [InlineData("the authority", "https://orders.contoso.com/1", "orders.contoso.com", true)]
    [InlineData("another letter case", "https://orders.contoso.com/1", "Orders.CONTOSO.com", true)]
    [InlineData("the default port", "https://orders.contoso.com/1", "orders.contoso.com:443", true)]
    [InlineData("the port of the address", "https://orders.contoso.com:8443/1", "orders.contoso.com:8443", true)]
    [InlineData("an address in figures", "http://127.0.0.1:5000/1", "127.0.0.1:5000", true)]
    [InlineData("another allowed origin", "https://orders.contoso.com/1", "billing.contoso.com", true)]
    [InlineData("another allowed port", "https://orders.contoso.com/1", "orders.contoso.com:8443", true)]
    [InlineData("another host", "https://orders.contoso.com/1", "evil.example", false)]
    [InlineData("another port", "https://orders.contoso.com/1", "orders.contoso.com:444", false)]
    [InlineData("the default port in place of the address's own", "https://billing.contoso.com:9443/1", "payments.contoso.com", false)]
    [InlineData("plain http's port", "https://orders.contoso.com/1", "orders.contoso.com:80", false)]
    [InlineData("a final dot", "https://orders.contoso.com/1", "orders.contoso.com.", false)]
    [InlineData("user information", "https://orders.contoso.com/1", "orders.contoso.com@evil.example", false)]
    [InlineData("user information before ours", "https://orders.contoso.com/1", "evil.example@orders.contoso.com", false)]
    [InlineData("a path", "https://orders.contoso.com/1", "orders.contoso.com/evil.example", false)]
    [InlineData("a fragment", "https://orders.contoso.com/1", "orders.contoso.com#evil.example", false)]
    [InlineData("two names", "https://orders.contoso.com/1", "orders.contoso.com, evil.example", false)]
    [InlineData("nothing", "https://orders.contoso.com/1", "", false)]
    public async Task A_token_goes_only_where_the_header_names_an_allowed_origin(
        string situation, string address, string host, bool isAllowed)
    {
        foreach (var isAsync in new[] { true, false })
        {
            var message = new HttpRequestMessage(HttpMethod.Get, address);
            message.Headers.TryAddWithoutValidation("host", host);

            Assert.True(isAllowed == await IsSentAsync(Pipeline(isGated: false), message, isAsync), situation);
        }
    }

    [Fact]
    public async Task Two_headers_are_refused()
    {
        var message = new HttpRequestMessage(HttpMethod.Get, "https://orders.contoso.com/1");
        message.Headers.TryAddWithoutValidation("Host", ["orders.contoso.com", "orders.contoso.com"]);

        Assert.False(await IsSentAsync(Pipeline(isGated: false), message));
    }

    [Theory]
    [InlineData("orders", true)]
    [InlineData("ORDERS", true)]
    [InlineData("other", false)]
    public async Task The_name_that_service_discovery_replaced_may_stay_as_host(string host, bool isAllowed)
    {
        var message = new HttpRequestMessage(HttpMethod.Get, "https+http://orders/1");
        message.Headers.Host = host;

        Assert.Equal(isAllowed, await IsSentAsync(Pipeline(isGated: true), message));
    }

    [Fact]
    public async Task A_header_of_a_message_without_a_token_is_not_checked()
    {
        var message = new HttpRequestMessage(HttpMethod.Get, "https://orders.contoso.com/1").SkipAccessToken();
        message.Headers.Host = "evil.example";

        Assert.True(await IsSentAsync(Pipeline(isGated: false), message));
    }

    [Fact]
    public async Task The_refusal_says_what_to_do()
    {
        var message = new HttpRequestMessage(HttpMethod.Get, "https://orders.contoso.com/1");
        message.Headers.Host = "evil.example:8443";
        using var client = new HttpMessageInvoker(Pipeline(isGated: false));

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.SendAsync(message, CancellationToken.None));

        Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
        Assert.Contains("Host header 'evil.example:8443'", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            "list the origin it names in AllowedOrigins: https://evil.example:8443", exception.Message, StringComparison.Ordinal);
    }

    private static async Task<bool> IsSentAsync(HttpMessageHandler pipeline, HttpRequestMessage message, bool isAsync = true)
    {
        using var client = new HttpMessageInvoker(pipeline);
        try
        {
            using var response = isAsync
                ? await client.SendAsync(message, CancellationToken.None)
                : client.Send(message, CancellationToken.None);
            return true;
        }
        catch (TokenAcquisitionException exception) when (exception.Error.Kind == TokenErrorKind.NotAllowed)
        {
            return false;
        }
    }

    private HttpMessageHandler Pipeline(bool isGated)
    {
        var options = new AccessTokenHandlerOptions
        {
            AllowedOrigins =
            {
                new Uri("https://orders.contoso.com"), new Uri("https://orders.contoso.com:8443"), new Uri("https://billing.contoso.com"),
                new Uri("https://billing.contoso.com:9443"), new Uri("http://127.0.0.1:5000"), new Uri("https+http://orders"),
            },
        };
        var origins = new AllowedOrigins(options);
        var metrics = new ChallengeMetrics(factory: null);
        var handler = new AccessTokenHandler(_tokens, new TokenRequest(Scope), options, origins, metrics) { InnerHandler = new Api() };
        return isGated ? new OriginalUriHandler(origins) { InnerHandler = new Discovery { InnerHandler = handler } } : handler;
    }

    private sealed class Discovery : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri("https://10.0.0.5:8443/1");
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Api : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(Send(request, cancellationToken));

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) => new();
    }
}
