using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Handlers inside of the token copy the message, write its header anew, resolve names or stand behind the exit: the token still goes only
/// where it may, and its rejection is still answered.
/// </summary>
public sealed class HandlersInsideOfTheTokenTests : IDisposable
{
    private const string Scope = "api://orders/.default";
    private const string Orders = "https://orders.contoso.com/1";
    private const string Evil = "https://evil.example/";

    private readonly FakeTokens _tokens = new();
    private readonly FakeLog _log = new();
    private readonly Api _api = new();

    public void Dispose()
    {
        _log.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task A_redirect_followed_by_a_copy_without_options_carries_no_token()
    {
        RedirectOrders(Evil);
        await using var services = Build(client => client.AddHttpMessageHandler(() => new Follow(Copy)));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        AssertOrdersAlone();
    }

    [Fact]
    public async Task Where_the_transport_took_a_copy_without_options_gets_no_token_from_a_handler_further_out()
    {
        _api.Answer = message =>
        {
            if (message.RequestUri!.Host != "orders.contoso.com")
            {
                return new HttpResponseMessage();
            }

            // As the transport does when it follows a redirect.
            message.RequestUri = new Uri(Evil);
            message.Headers.Authorization = null;
            return FakeServer.Response(HttpStatusCode.TemporaryRedirect, headers: ("Location", "/b"));
        };
        await using var services = Build(
            client => client.AddHttpMessageHandler(() => new Change(message => Copy(message, message.RequestUri!))),
            client => client.AddHttpMessageHandler(() => new Follow(Move)));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        AssertOrdersAlone();
    }

    [Fact]
    public async Task A_service_that_a_response_names_gets_no_token_at_whatever_address_it_is_found()
    {
        _api.Answer = message => message.RequestUri!.Host == "10.0.0.1"
            ? FakeServer.Response(HttpStatusCode.TemporaryRedirect, headers: ("Location", "https://payments/x"))
            : new HttpResponseMessage();
        await using var services = Build(
            outside: client => client.AddHttpMessageHandler(() => new Follow(Move)).AddHttpMessageHandler(() => new Discovery()),
            baseAddress: "https://orders");

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services, "https://orders/1"));

        Assert.Equal([("10.0.0.1", "Bearer t1")], _api.Received);
    }

    [Fact]
    public async Task A_redirect_to_the_service_itself_gets_the_token_at_whatever_address_it_is_found()
    {
        _api.Answer = _ => _api.Received.Count == 1
            ? FakeServer.Response(HttpStatusCode.TemporaryRedirect, headers: ("Location", "https://orders/x"))
            : new HttpResponseMessage();
        await using var services = Build(
            outside: client => client.AddHttpMessageHandler(() => new Follow(Move)).AddHttpMessageHandler(() => new Discovery()),
            baseAddress: "https://orders");

        await SendAsync(services, "https://orders/1");

        Assert.Equal([("10.0.0.1", "Bearer t1"), ("10.0.0.3", "Bearer t1")], _api.Received);
    }

    [Theory]
    [InlineData("http://orders.contoso.com/1", false)]
    [InlineData("https://failover.contoso.com/1", true)]
    public async Task A_primary_handler_that_is_a_chain_has_the_exit_at_its_end(string address, bool isWarnedOf)
    {
        await using var services = Build(primary: () => Change.To(address, new Forward(_api)));

        var error = await Record.ExceptionAsync(() => SendAsync(services));

        Assert.Equal(!isWarnedOf, error is TokenAcquisitionException);
        Assert.Equal(isWarnedOf ? 1 : 0, _log.Count(304));
        Assert.Equal(isWarnedOf ? 1 : 0, _api.Received.Count);
        Assert.Equal(0, _log.Count(307));
    }

    [Fact]
    public async Task A_redirect_followed_within_the_primary_handler_carries_no_token()
    {
        RedirectOrders(Evil);
        await using var services = Build(
            primary: () => new Follow((message, to) => TextCopy.Of(message, to)) { InnerHandler = new Forward(_api) });

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        AssertOrdersAlone();
    }

    [Fact]
    public async Task A_primary_chain_in_use_is_warned_of()
    {
        using var used = Change.To(Orders, new Forward(_api));
        using (var invoker = new HttpMessageInvoker(used, disposeHandler: false))
        {
            using var first = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, Orders), CancellationToken.None);
        }

        await using var services = Build(primary: () => used);
        await SendAsync(services);

        var entry = Assert.Single(_log.Entries, entry => entry.Id == 307);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("'orders'", entry.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bearer ")]
    [InlineData("Bearer  ")]
    public async Task A_token_whose_header_is_written_otherwise_is_known_at_the_exit(string scheme)
    {
        await using var services = Build(client => client.AddHttpMessageHandler(() => new Change(message =>
        {
            var value = message.Headers.Authorization!.Parameter;
            message.Headers.Remove("Authorization");
            message.Headers.TryAddWithoutValidation("Authorization", scheme + value);
            message.RequestUri = new Uri("http://orders.contoso.com/1");
            return message;
        })));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        Assert.Empty(_api.Received);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_rejection_is_answered_after_a_handler_inside_changed_the_address_or_the_header(bool isAddress)
    {
        var renewed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.OnRenew = (_, _) =>
        {
            renewed.TrySetResult();
            return ValueTask.FromResult(_tokens.Next());
        };
        _api.Answer = _ => FakeServer.Response(
            HttpStatusCode.Unauthorized, headers: ("WWW-Authenticate", "Bearer error=\"invalid_token\""));
        await using var services = Build(client => client.AddHttpMessageHandler(() => new Change(message =>
        {
            message.RequestUri = isAddress ? new Uri("https://listed.contoso.com/1") : message.RequestUri;
            message.Headers.Authorization = AuthenticationHeaderValue.Parse($"{message.Headers.Authorization}");
            return message;
        })));

        await SendAsync(services);

        await renewed.Task.WaitAsync(Patience.Limit);
        Assert.Single(_api.Received);
        Assert.Single(_tokens.Renewals);
    }

    [Fact]
    public async Task A_client_inside_of_another_leaves_the_outer_ones_original_address_alone()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_tokens);
        services.AddHttpClient("inner")
            .ConfigurePrimaryHttpMessageHandler(() => new Forward(_api))
            .AddHttpMessageHandler(() => new Change(message => message))
            .AddAccessToken("api://inner/.default", options => options.AllowedOrigins.Add(new Uri("https://10.0.0.1")));
        services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders"))
            .ConfigurePrimaryHttpMessageHandler(
                provider => provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("inner"))
            .AddHttpMessageHandler(() => new RetryOnce())
            .AddHttpMessageHandler(() => new Change(message =>
            {
                message.RequestUri = new Uri("https://10.0.0.1/1");
                return message;
            }))
            .AddAccessToken(Scope);
        _api.Answer = _ => new HttpResponseMessage(
            _api.Received.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        await using var provider = services.BuildServiceProvider();

        await SendAsync(provider, "https://orders/1");

        Assert.Equal(2, _api.Received.Count);
    }

    private void RedirectOrders(string to) => _api.Answer = message => message.RequestUri!.Host == "orders.contoso.com"
        ? FakeServer.Response(HttpStatusCode.Redirect, headers: ("Location", to))
        : new HttpResponseMessage();

    private void AssertOrdersAlone() => Assert.Equal([("orders.contoso.com", "Bearer t1")], _api.Received);

    private ServiceProvider Build(
        Action<IHttpClientBuilder>? inside = null,
        Action<IHttpClientBuilder>? outside = null,
        Func<HttpMessageHandler>? primary = null,
        string baseAddress = Orders)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddWorkloadIdentity(_tokens);
        var client = services.AddHttpClient("orders", client => client.BaseAddress = new Uri(baseAddress))
            .ConfigurePrimaryHttpMessageHandler(primary ?? (() => new Forward(_api)));
        outside?.Invoke(client);
        client.AddAccessToken(Scope, options => options.AllowedOrigins.Add(new Uri("https://listed.contoso.com")));
        inside?.Invoke(client);
        return services.BuildServiceProvider();
    }

    private static async Task SendAsync(ServiceProvider services, string address = Orders)
    {
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var response = await client.GetAsync(new Uri(address));
    }

    private static HttpRequestMessage Copy(HttpRequestMessage message, Uri to)
    {
        var copy = TextCopy.Of(message, to);
        ((IDictionary<string, object?>)copy.Options).Clear();
        return copy;
    }

    private static HttpRequestMessage Move(HttpRequestMessage message, Uri to)
    {
        message.RequestUri = to;
        return message;
    }

    private sealed class Api : HttpMessageHandler
    {
        public List<(string Host, string Token)> Received { get; } = [];

        public Func<HttpRequestMessage, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.NonValidated.TryGetValues("Authorization", out var values);
            Received.Add((request.RequestUri!.Host, values.ToString()));
            var response = Answer(request);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }

    /// <summary>A primary handler of its own for each pipeline.</summary>
    private sealed class Forward(Api api) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _api = new(api, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _api.SendAsync(request, cancellationToken);
    }

    private sealed class Change(Func<HttpRequestMessage, HttpRequestMessage> change) : DelegatingHandler
    {
        public static Change To(string address, HttpMessageHandler inner) =>
            new(message => Move(message, new Uri(address))) { InnerHandler = inner };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            base.SendAsync(change(request), cancellationToken);
    }

    private sealed class Follow(Func<HttpRequestMessage, Uri, HttpRequestMessage> next) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return response.Headers.Location is { } location
                ? await base.SendAsync(next(request, new Uri(response.RequestMessage!.RequestUri!, location)), cancellationToken)
                : response;
        }
    }

    /// <summary>Turns names into addresses, and takes another instance of the service each time.</summary>
    private sealed class Discovery : DelegatingHandler
    {
        private int _instance = 1;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var original = request.RequestUri!;
            var host = original.Host == "orders" ? $"10.0.0.{_instance}" : "10.0.0.2";
            _instance += 2;
            request.RequestUri = new UriBuilder(original) { Host = host }.Uri;
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

    private sealed class RetryOnce : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return response.StatusCode == HttpStatusCode.ServiceUnavailable
                ? await base.SendAsync(request, cancellationToken)
                : response;
        }
    }
}
