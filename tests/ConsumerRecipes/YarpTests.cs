using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkloadIdentity;
using Yarp.ReverseProxy.Transforms;

namespace ConsumerRecipes;

/// <summary>A YARP proxy in front of a service that validates the emulator's tokens.</summary>
public sealed class YarpTests : IAsyncLifetime
{
    private const string OfCaller = "Bearer of-the-caller";

    private OrdersBench _bench = null!;

    public async Task InitializeAsync() => _bench = await OrdersBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_service_gets_the_proxy_s_token_and_never_that_of_the_caller()
    {
        await using var proxy = await StartAsync();
        using var caller = Caller(proxy);

        Assert.Equal(
            $$"""{"id":42,"caller":"{{_bench.Entra.Application.ClientId}}"}""",
            await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative)));

        Assert.DoesNotContain(OfCaller, _bench.Orders.Seen);
        Assert.Equal(1, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_transform_that_copies_the_caller_s_header_does_not_bring_it_back()
    {
        await using var proxy = await StartAsync(reverseProxy => reverseProxy.AddTransforms(context =>
            context.AddRequestTransform(request =>
            {
                request.ProxyRequest.Headers.TryAddWithoutValidation("Authorization", OfCaller);
                return ValueTask.CompletedTask;
            })));
        using var caller = Caller(proxy);

        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));

        Assert.DoesNotContain(OfCaller, _bench.Orders.Seen);
    }

    [Fact]
    public async Task When_the_token_is_rejected_a_request_without_a_body_is_sent_again_and_one_with_a_body_is_not()
    {
        await using var proxy = await StartAsync();
        using var caller = Caller(proxy);
        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));

        _bench.Orders.Revoke();
        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));
        Assert.Equal(2, _bench.TokenRequests);

        _bench.Orders.RejectNext();
        using var body = new StringContent("order");
        using var response = await caller.PostAsync(new Uri("/orders", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));
        Assert.Equal(3, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_cluster_without_a_token_keeps_the_caller_s_header()
    {
        await using var proxy = await StartAsync(cluster: "another");
        using var caller = Caller(proxy);

        using var response = await caller.GetAsync(new Uri("/orders/42", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains(OfCaller, _bench.Orders.Seen);
    }

    [Fact]
    public async Task A_destination_that_is_added_later_gets_the_token()
    {
        await using var second = await OrdersServer.StartAsync(_bench.Entra);
        await using var proxy = await StartAsync();
        using var caller = Caller(proxy);
        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));

        proxy.Configuration["ReverseProxy:Clusters:orders:Destinations:one:Address"] = second.Address.AbsoluteUri;
        ((IConfigurationRoot)proxy.Configuration).Reload();
        var started = TimeProvider.System.GetTimestamp();
        while (!second.Seen.Any() && TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60))
        {
            await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));
        }

        Assert.Single(second.Seen, shown => shown.StartsWith("Bearer ey", StringComparison.Ordinal));
        Assert.Equal(1, _bench.TokenRequests);
    }

    [Fact]
    public async Task An_address_that_a_transform_made_up_gets_nothing()
    {
        await using var elsewhere = await OrdersServer.StartAsync(_bench.Entra);
        await using var proxy = await StartAsync(reverseProxy => reverseProxy.AddTransforms(context =>
            context.AddRequestTransform(request =>
            {
                request.ProxyRequest.RequestUri = new Uri(elsewhere.Address, "/orders/42");
                return ValueTask.CompletedTask;
            })));
        using var caller = Caller(proxy);

        using var response = await caller.GetAsync(new Uri("/orders/42", UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task The_application_s_settings_of_the_client_stay_and_must_come_first()
    {
        var configured = 0;
        await using var proxy = await StartAsync(
            configureFirst: reverseProxy => reverseProxy.ConfigureHttpClient((_, _) => configured++));
        using var caller = Caller(proxy);

        await caller.GetStringAsync(new Uri("/orders/42", UriKind.Relative));

        Assert.Equal(1, configured);
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => StartAsync(reverseProxy => reverseProxy.ConfigureHttpClient((_, _) => { })));
        Assert.Contains("Call AddAccessToken after ConfigureHttpClient.", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_token_for_a_cluster_is_refused()
    {
        var proxy = new ServiceCollection().AddReverseProxy().AddAccessToken("orders", "api://orders/.default");

        Assert.Throws<ArgumentException>(() => proxy.AddAccessToken("Orders", "api://stock/.default"));
        Assert.NotNull(proxy.AddAccessToken("stock", "api://stock/.default"));
    }

    [Fact]
    public void A_token_that_is_a_credential_is_refused_where_it_is_registered() =>
        Assert.Throws<ArgumentException>(
            "scope",
            () => new ServiceCollection().AddReverseProxy().AddAccessToken("orders", "api://AzureADTokenExchange/.default"));

    [Theory]
    [InlineData(TokenBinding.Preferred)]
    [InlineData(TokenBinding.Required)]
    public void A_token_that_may_be_bound_to_a_certificate_is_refused_where_it_is_registered(TokenBinding binding) =>
        Refuses(options => options.Binding = binding, "presents no certificate");

    [Fact]
    public void An_option_that_cannot_be_used_is_refused_where_it_is_registered() =>
        Refuses(options => options.AllowedOrigins.Add(new Uri("http://orders.contoso.com")), "plain http");

    private static void Refuses(Action<AccessTokenHandlerOptions> configure, string says) => Assert.Contains(
        says,
        Assert.ThrowsAny<ArgumentException>(
            () => new ServiceCollection().AddReverseProxy().AddAccessToken("orders", OrdersBench.Scope, configure)).Message,
        StringComparison.Ordinal);

    private static HttpClient Caller(WebApplication proxy)
    {
        var caller = new HttpClient { BaseAddress = new Uri(proxy.Urls.Single()) };
        caller.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", OfCaller);
        return caller;
    }

    private async Task<WebApplication> StartAsync(
        Action<IReverseProxyBuilder>? configure = null, Action<IReverseProxyBuilder>? configureFirst = null, string cluster = "orders")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ReverseProxy:Routes:all:ClusterId"] = cluster,
            ["ReverseProxy:Routes:all:Match:Path"] = "{**path}",
            [$"ReverseProxy:Clusters:{cluster}:Destinations:one:Address"] = _bench.Orders.Address.AbsoluteUri,
        });
        builder.Services.AddWorkloadIdentity(_bench.Acquirer);
        if (configure is null && configureFirst is null)
        {
            Proxy.Register(builder);
        }
        else
        {
            var reverseProxy = builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
            configureFirst?.Invoke(reverseProxy);
            reverseProxy.AddAccessToken(cluster: "orders", scope: "api://orders/.default");
            configure?.Invoke(reverseProxy);
        }

        var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync();
        return proxy;
    }
}
