using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

public sealed class AddAccessTokenTests : IDisposable
{
    private const string Scope = "api://orders/.default";
    private static readonly Uri Orders = new("https://orders.contoso.com");

    private readonly FakeTokens _tokens = new();
    private readonly FakeServer _api = new() { Otherwise = _ => FakeServer.Response(HttpStatusCode.OK) };

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_named_client_sends_tokens_to_the_base_address_of_its_configuration()
    {
        await using var provider =
            Build(services => services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope));

        using var response = await provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("/1");

        Assert.Equal(["Bearer t1"], Tokens);
        Assert.Equal(Scope, Assert.Single(_tokens.Requests).Scope);
    }

    [Fact]
    public async Task A_base_address_set_after_AddAccessToken_is_learned_too()
    {
        await using var provider =
            Build(services =>
                services.AddHttpClient("orders").AddAccessToken(Scope).ConfigureHttpClient(client => client.BaseAddress = Orders));

        using var response = await provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("/1");

        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task A_typed_client_sends_tokens_to_the_base_address_of_its_registration()
    {
        await using var provider =
            Build(services => services.AddHttpClient<TypedOrders>(client => client.BaseAddress = Orders).AddAccessToken(Scope));

        await provider.GetRequiredService<TypedOrders>().GetAsync();

        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task A_typed_client_with_a_base_address_of_its_own_is_told_the_line_to_add()
    {
        await using var provider = Build(services => services.AddHttpClient<SelfAddressedOrders>().AddAccessToken(Scope));

        var exception =
            await Assert.ThrowsAsync<TokenAcquisitionException>(() => provider.GetRequiredService<SelfAddressedOrders>().GetAsync());

        Assert.Equal(TokenErrorKind.NotAllowed, exception.Error.Kind);
        Assert.Contains(
            "where the client 'SelfAddressedOrders' is registered: "
                + """.AddAccessToken("api://orders/.default", o => o.AllowedOrigins.Add(new Uri("https://orders.contoso.com")));""",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task That_line_helps()
    {
        await using var provider = Build(services => services.AddHttpClient<SelfAddressedOrders>()
            .AddAccessToken("api://orders/.default", o => o.AllowedOrigins.Add(new Uri("https://orders.contoso.com"))));

        await provider.GetRequiredService<SelfAddressedOrders>().GetAsync();

        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task A_keyed_client_works()
    {
        await using var provider =
            Build(services => services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope).AddAsKeyed());
        await using var scope = provider.CreateAsyncScope();

        using var response = await scope.ServiceProvider.GetRequiredKeyedService<HttpClient>("orders").GetAsync("/1");

        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task Clients_do_not_share_what_they_may_send_where()
    {
        await using var provider = Build(services =>
        {
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope);
            services.AddHttpClient("billing", client => client.BaseAddress = new Uri("https://billing.contoso.com"))
                .AddAccessToken("api://billing/.default");
            services.AddHttpClient("plain");
        });
        var factory = provider.GetRequiredService<IHttpClientFactory>();
        using var billing = factory.CreateClient("billing");
        using var orders = factory.CreateClient("orders");

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => billing.GetAsync(Orders));
        using var withToken = await orders.GetAsync(Orders);
        using var without = await factory.CreateClient("plain").GetAsync(Orders);

        Assert.Equal(["Bearer t1", null], Tokens);
    }

    [Fact]
    public async Task Each_client_gets_the_tokens_of_its_identity()
    {
        var graph = new FakeTokens { OnGet = (_, _) => ValueTask.FromResult(FakeTokens.Token("graph")) };
        await using var provider = Build(services =>
        {
            services.AddWorkloadIdentity("graph", graph);
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope);
            services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default", identity: "graph");
        });
        var factory = provider.GetRequiredService<IHttpClientFactory>();

        using var one = await factory.CreateClient("orders").GetAsync("/1");
        using var two = await factory.CreateClient("graph").GetAsync("https://graph.microsoft.com/v1.0/users");

        Assert.Equal(["Bearer t1", "Bearer graph"], Tokens);
    }

    [Theory]
    [InlineData(null, "AddWorkloadIdentity();")]
    [InlineData("graph", "AddWorkloadIdentity(\"graph\");")]
    public async Task A_client_without_its_identity_keeps_the_host_from_starting(string? identity, string line)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddHttpClient("orders").AddAccessToken(Scope, identity: identity);
        using var host = builder.Build();

        var atStart = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        var atUse =
            Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders"));

        foreach (var exception in new Exception[] { atStart, atUse })
        {
            Assert.Contains("'orders'", exception.Message, StringComparison.Ordinal);
            Assert.Contains(line, exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_client_whose_acquirer_the_application_registered_itself_is_fine()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<ITokenAcquirer>(_tokens);
        builder.Services.AddHttpClient("orders").AddAccessToken(Scope);
        using var host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();
    }

    [Fact]
    public void A_token_for_every_client_is_refused_readably()
    {
        var services = new ServiceCollection();

        services.ConfigureHttpClientDefaults(defaults =>
            Assert.Contains(
                "ConfigureHttpClientDefaults",
                Assert.Throws<InvalidOperationException>(() => defaults.AddAccessToken(Scope)).Message,
                StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_token_for_a_client_is_refused()
    {
        var client = new ServiceCollection().AddHttpClient("orders").AddAccessToken(Scope);

        Assert.Contains(
            "WithScope",
            Assert.Throws<InvalidOperationException>(() => client.AddAccessToken("api://x/.default")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_throws_at_its_line()
    {
        var client = new ServiceCollection().AddHttpClient("orders");

        Assert.Throws<ArgumentException>(() => client.AddAccessToken(""));
        Assert.Throws<ArgumentException>(() => client.AddAccessToken("api://AzureADTokenExchange/.default"));
        Assert.Throws<ArgumentException>(
            () => client.AddAccessToken(Scope, options => options.AllowedOrigins.Add(new Uri("http://orders.contoso.com"))));
        client.AddAccessToken(Scope);
    }

    [Fact]
    public async Task A_retry_among_the_defaults_sends_the_token_of_its_moment()
    {
        _api.Answer(HttpStatusCode.ServiceUnavailable).Answer(HttpStatusCode.OK);
        await using var provider = Build(services =>
        {
            services.ConfigureHttpClientDefaults(defaults => defaults.AddHttpMessageHandler(() => new Retry(() => _tokens.Next())));
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope);
        });

        using var response = await provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("/1");

        Assert.Equal(["Bearer t1", "Bearer t2"], Tokens);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Service_discovery_outside_of_the_token_passes_where_the_issued_address_does(bool isBaseAddress)
    {
        await using var provider = Build(services =>
        {
            services.ConfigureHttpClientDefaults(
                defaults => defaults.AddHttpMessageHandler(() => new Discovery(new Uri("https://10.0.0.5:8443"))));
            services.AddHttpClient("orders", client => client.BaseAddress = isBaseAddress ? new Uri("https+http://orders") : null)
                .AddAccessToken(Scope);
        });
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        if (isBaseAddress)
        {
            using var response = await client.GetAsync("/1");
            Assert.Equal(["Bearer t1"], Tokens);
            Assert.Equal("10.0.0.5", _api.Requests[0].Uri.Host);
        }

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync("https+http://other/1"));
        Assert.Contains("""new Uri("https+http://other")""", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_api.Requests, request => request.Uri.AbsolutePath == "/1" && !isBaseAddress);
    }

    [Fact]
    public async Task An_address_rewritten_by_the_applications_own_handlers_alone_does_not_make_it_allowed_for_others()
    {
        await using var provider = Build(services =>
        {
            services.ConfigureHttpClientDefaults(
                defaults => defaults.AddHttpMessageHandler(() => new Discovery(new Uri("https://10.0.0.5"))));
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope);
        });

        await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("https://elsewhere.example/1"));

        Assert.Empty(_api.Requests);
    }

    [Fact]
    public void The_gate_stands_outermost_and_only_where_something_stands_between()
    {
        using var provider = Build(services =>
        {
            services.AddHttpClient("bare").AddAccessToken(Scope);
            services.AddHttpClient("behind").AddHttpMessageHandler(() => new Retry(() => { })).AddAccessToken(Scope);
        });

        Assert.Equal([typeof(AccessTokenHandler)], Pipeline(provider, "bare"));
        Assert.Equal([typeof(OriginalUriHandler), typeof(Retry), typeof(AccessTokenHandler)], Pipeline(provider, "behind"));
    }

    [Fact]
    public async Task What_was_learned_outlives_the_handlers()
    {
        await using var provider = Build(services =>
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope));
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").Dispose();

        // A handler built later, as the factory does every two minutes, by somebody who configures no client.
        using var client =
            new HttpClient(provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("orders"), disposeHandler: false);
        using var response = await client.GetAsync(new Uri(Orders, "/1"));

        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task Nothing_of_a_scope_is_held_by_a_handler_or_an_identity()
    {
        await using var provider = Build(services =>
        {
            services.AddScoped<ScopedThing>();
            services.AddWorkloadIdentity("captive")
                .UseCredential(root => throw new InvalidOperationException($"made from {root.GetRequiredService<ScopedThing>()}"));
            services.AddHttpClient("orders", client => client.BaseAddress = Orders).AddAccessToken(Scope);
        });

        HttpClient client;
        await using (var scope = provider.CreateAsyncScope())
        {
            // An identity is made from the root, wherever it is asked for: what is scoped is refused instead of captured.
            var exception =
                Assert.Throws<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredKeyedService<ITokenAcquirer>("captive"));
            Assert.Contains("scoped service", exception.Message, StringComparison.Ordinal);
            client = scope.ServiceProvider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        }

        using var response = await client.GetAsync("/1");
        Assert.Equal(["Bearer t1"], Tokens);
    }

    [Fact]
    public async Task Two_containers_of_one_registration_share_nothing()
    {
        var addresses = new Queue<Uri>([Orders, new Uri("https://second.contoso.com")]);
        var services =
            Services(
                services => services.AddHttpClient("orders", client => client.BaseAddress = addresses.Dequeue()).AddAccessToken(Scope));
        await using var first = services.BuildServiceProvider();
        await using var second = services.BuildServiceProvider();
        using var one = first.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var two = second.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => two.GetAsync(Orders));
    }

    [Fact]
    public async Task Messages_may_ask_for_their_tenant_through_a_factory_made_client()
    {
        await using var provider = Build(services =>
            services.AddHttpClient("graph")
                .AddAccessToken("https://graph.microsoft.com/.default", options => options.RequireTenant = true));
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("graph");

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync("https://graph.microsoft.com/v1.0/users"));
        using var response =
            await client.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/users").ForTenant("contoso.com"));

        Assert.Equal("contoso.com", Assert.Single(_tokens.Requests).TenantId);
    }

    private IReadOnlyList<string?> Tokens => [.. _api.Requests.Select(request => request.Headers.GetValueOrDefault("Authorization"))];

    private ServiceCollection Services(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(_tokens);
        services.ConfigureHttpClientDefaults(defaults => defaults.ConfigurePrimaryHttpMessageHandler(() => _api));
        register(services);
        return services;
    }

    private ServiceProvider Build(Action<IServiceCollection> register) =>
        Services(register).BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private static IReadOnlyList<Type> Pipeline(ServiceProvider provider, string client)
    {
        var types = new List<Type>();
        HttpMessageHandler? handler = provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(client);
        while (handler is DelegatingHandler delegating)
        {
            types.Add(handler.GetType());
            handler = delegating.InnerHandler;
        }

        return [.. types.Where(type => type.Assembly != typeof(IHttpClientFactory).Assembly)];
    }

    private sealed class TypedOrders(HttpClient client)
    {
        public async Task GetAsync() => (await client.GetAsync("/1")).Dispose();
    }

    private sealed class ScopedThing;

    private sealed class SelfAddressedOrders
    {
        private readonly HttpClient _client;

        public SelfAddressedOrders(HttpClient client)
        {
            client.BaseAddress = Orders;
            _client = client;
        }

        public async Task GetAsync() => (await _client.GetAsync("/1")).Dispose();
    }

    private sealed class Retry(Action between) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return response;
            }

            response.Dispose();
            between();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Discovery(Uri instance) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.RequestUri = new Uri(instance, request.RequestUri!.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
