using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>Handlers between the token and the primary handler change where a request goes: the check at the exit sees it.</summary>
public sealed class TokenExitTests : IDisposable
{
    private const string Scope = "api://orders/.default";
    private const string Orders = "https://orders.contoso.com/1";

    private readonly FakeLog _log = new();
    private readonly Recorder _primary = new();

    public static TheoryData<string, string> Refused => new()
    {
        { "plain http", "http://orders.contoso.com/1" },
        { "plain http to another host", "http://other.contoso.com/1" },
        { "plain http to this machine", "http://127.0.0.1:5000/1" },
        { "user information", "https://user@orders.contoso.com/1" },
        { "an unknown scheme", "ftp://orders.contoso.com/1" },
    };

    public void Dispose()
    {
        _log.Dispose();
        _primary.Dispose();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_change_that_the_rules_do_not_allow_is_refused_with_the_fix(string situation, string address)
    {
        foreach (var place in Enum.GetValues<Place>())
        {
            await using var services = Build(place, () => new Inner(message => message.RequestUri = new Uri(address)));
            foreach (var isAsync in new[] { true, false })
            {
                var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services, isAsync));

                Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
                Assert.Contains("Call AddAccessToken after the call that adds that handler.", exception.Message, StringComparison.Ordinal);
                Assert.True(_primary.Received.Count == 0, $"{situation}, {place}");
            }
        }
    }

    [Fact]
    public async Task Another_host_over_https_is_warned_of_once()
    {
        await using var services = Build(Place.Inside, () => Inner.To("https://failover.contoso.com/1"));

        await SendAsync(services);
        await SendAsync(services, isAsync: false);

        Assert.Equal([("failover.contoso.com", "Bearer t1"), ("failover.contoso.com", "Bearer t1")], _primary.Received);
        var (level, _, text) = Assert.Single(_log.Entries, entry => entry.Id == 304);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("https://failover.contoso.com", text, StringComparison.Ordinal);
        Assert.Contains("Call AddAccessToken after", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://orders.contoso.com/2")]
    [InlineData("https://listed.contoso.com/1")]
    [InlineData("http://listed.mesh/1")]
    public async Task An_allowed_origin_and_another_path_pass_without_a_word(string address)
    {
        await using var services = Build(Place.Inside, () => new Inner(message => message.RequestUri = new Uri(address)));

        await SendAsync(services);

        Assert.Equal((new Uri(address).Host, "Bearer t1"), Assert.Single(_primary.Received));
        Assert.Equal(0, _log.Count(304));
    }

    [Fact]
    public async Task A_redirect_followed_by_a_handler_inside_carries_no_token_to_another_origin()
    {
        _primary.Answer = message => message.RequestUri!.Host == "orders.contoso.com"
            ? FakeServer.Response(HttpStatusCode.Redirect, headers: ("Location", "https://evil.example/"))
            : new HttpResponseMessage();
        await using var services = Build(Place.Inside, () => new FollowInside());

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        Assert.Equal([("orders.contoso.com", "Bearer t1")], _primary.Received);
    }

    [Fact]
    public async Task A_host_header_set_inside_is_judged()
    {
        await using var services = Build(Place.Inside, () => new Inner(message => message.Headers.Host = "evil.example"));

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => SendAsync(services));

        Assert.Empty(_primary.Received);
    }

    [Theory]
    [InlineData("http://orders.contoso.com/1", false)]
    [InlineData("https://orders.contoso.com/1", true)]
    public async Task A_copy_without_the_options_is_judged_as_a_message_with_a_token(string address, bool isSent)
    {
        await using var services = Build(Place.Inside, () => new CopyWithoutOptions(new Uri(address)));

        var error = await Record.ExceptionAsync(() => SendAsync(services));

        Assert.Equal(isSent, error is null);
        Assert.Equal(isSent ? 1 : 0, _primary.Received.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_header_of_the_applications_own_goes_where_the_application_sends_it(bool isAsync)
    {
        await using var services = Build(Place.Inside, () => Inner.To("http://legacy.contoso.com/1"));

        await SendAsync(services, isAsync, message => message.Headers.TryAddWithoutValidation("Authorization", "Basic bWluZQ=="));
        await SendAsync(services, isAsync, message => message.SkipAccessToken());

        Assert.Equal([("legacy.contoso.com", "Basic bWluZQ=="), ("legacy.contoso.com", "")], _primary.Received);
    }

    [Fact]
    public async Task A_failover_host_of_the_application_is_no_redirect()
    {
        // The outer handler routes its second attempt to the host that the inner one failed over to.
        _primary.Answer = _ =>
            new HttpResponseMessage(_primary.Received.Count == 1 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        await using var services = Build(
            Place.Inside, () => Inner.To("https://failover.contoso.com/1"),
            () => new RouteAgain(new Uri("https://failover.contoso.com/1")));

        await SendAsync(services);

        Assert.Equal([("failover.contoso.com", "Bearer t1"), ("failover.contoso.com", "Bearer t1")], _primary.Received);
    }

    [Fact]
    public async Task Nothing_of_the_check_stays_on_a_message()
    {
        await using var services = Build(Place.Inside, () => new Inner(_ => { }));
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var message = new HttpRequestMessage(HttpMethod.Get, Orders);
        using var response = await client.SendAsync(message);
        using var failing = new HttpRequestMessage(HttpMethod.Get, Orders);
        _primary.Answer = _ => throw new HttpRequestException("no route");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync(failing));

        Assert.Empty(message.Options);
        Assert.Empty(response.RequestMessage!.Options);
        Assert.Empty(failing.Options);
    }

    [Theory]
    [InlineData(Place.Inside, true)]
    [InlineData(Place.FilterBefore, true)]
    [InlineData(Place.FilterAfter, true)]
    [InlineData(null, false)]
    public async Task It_stands_next_to_the_primary_handler_where_handlers_of_the_application_are_inside(Place? place, bool stands)
    {
        await using var services = Build(place, () => new Inner(_ => { }));
        var handlers = new List<Type>();
        var handler = services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("orders");
        while (handler is DelegatingHandler outer)
        {
            handlers.Add(outer.GetType());
            handler = outer.InnerHandler;
        }

        Assert.Equal(stands ? 1 : 0, handlers.Count(handler => handler == typeof(TokenExit)));
        Assert.Equal(stands, handlers[^1] == typeof(TokenExit));
    }

    private ServiceProvider Build(Place? place, Func<DelegatingHandler> inside, Func<DelegatingHandler>? outside = null)
    {
        _primary.Received.Clear();
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddWorkloadIdentity(new FakeTokens());
        if (place == Place.FilterBefore)
        {
            services.AddSingleton<IHttpMessageHandlerBuilderFilter>(new Filter(inside));
        }

        var client = services.AddHttpClient("orders", client => client.BaseAddress = new Uri(Orders))
            .ConfigurePrimaryHttpMessageHandler(() => new Forwarding(_primary));
        if (outside is not null)
        {
            client.AddHttpMessageHandler(outside);
        }

        client.AddAccessToken(Scope, options =>
        {
            options.AllowedOrigins.Add(new Uri("https://listed.contoso.com"));
            options.PlainHttpOrigins.Add(new Uri("http://listed.mesh"));
        });
        if (place == Place.Inside)
        {
            client.AddHttpMessageHandler(inside);
        }
        else if (place == Place.FilterAfter)
        {
            services.AddSingleton<IHttpMessageHandlerBuilderFilter>(new Filter(inside));
        }

        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static async Task SendAsync(IServiceProvider services, bool isAsync = true, Action<HttpRequestMessage>? prepare = null)
    {
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var message = new HttpRequestMessage(HttpMethod.Get, Orders);
        prepare?.Invoke(message);
        using var response = isAsync ? await client.SendAsync(message) : client.Send(message);
    }

    public enum Place
    {
        /// <summary>Added after the token.</summary>
        Inside,

        /// <summary>Added by a filter registered before the token.</summary>
        FilterBefore,

        /// <summary>Added by a filter registered after the token.</summary>
        FilterAfter,
    }

    private sealed class Filter(Func<DelegatingHandler> inside) : IHttpMessageHandlerBuilderFilter
    {
        public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
        {
            next(builder);
            builder.AdditionalHandlers.Add(inside());
        };
    }

    private sealed class Inner(Action<HttpRequestMessage> change) : DelegatingHandler
    {
        public static Inner To(string address) => new(message => message.RequestUri = new Uri(address));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            change(request);
            return base.SendAsync(request, cancellationToken);
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            change(request);
            return base.Send(request, cancellationToken);
        }
    }

    private sealed class FollowInside : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return response.Headers.Location is { } location
                ? await base.SendAsync(TextCopy.Of(request, location), cancellationToken)
                : response;
        }
    }

    private sealed class CopyWithoutOptions(Uri address) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = new HttpRequestMessage(request.Method, address);
            foreach (var header in request.Headers)
            {
                copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }

            return base.SendAsync(copy, cancellationToken);
        }
    }

    private sealed class RouteAgain(Uri address) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return response;
            }

            request.RequestUri = address;
            return await base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Survives the pipelines that it stands in.</summary>
    private sealed class Forwarding(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.Send(request, cancellationToken);
    }

    private sealed class Recorder : HttpMessageHandler
    {
        public List<(string Host, string Authorization)> Received { get; } = [];

        public Func<HttpRequestMessage, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return Task.FromResult(Send(request, cancellationToken));
            }
            catch (HttpRequestException exception)
            {
                return Task.FromException<HttpResponseMessage>(exception);
            }
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.NonValidated.TryGetValues("Authorization", out var values);
            Received.Add((request.RequestUri!.Host, values.ToString()));
            var response = Answer(request);
            response.RequestMessage = request;
            return response;
        }
    }
}
