using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

public sealed class HandlerOrderTests : IDisposable
{
    private readonly FakeLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("a retry inside", "|token|ResilienceHandler", 1)]
    [InlineData("a policy inside", "|token|PolicyHttpMessageHandler", 1)]
    [InlineData("both", "ResilienceHandler|token|RetryingHandler", 1)]
    [InlineData("a retry outside", "ResilienceHandler|token|", 0)]
    [InlineData("another handler inside", "|token|Passing", 0)]
    public async Task A_handler_that_sends_again_inside_of_the_token_is_warned_of_once_with_the_fix(
        string situation, string order, int warnings)
    {
        using var api = new FakeServer { Otherwise = _ => FakeServer.Response(HttpStatusCode.OK) };
        await using var provider = Build(services =>
        {
            var client =
                services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
                    .ConfigurePrimaryHttpMessageHandler(() => new Shared(api));
            foreach (var handler in order.Split('|', StringSplitOptions.RemoveEmptyEntries))
            {
                _ = handler switch
                {
                    "token" => client.AddAccessToken("api://orders/.default"),
                    "ResilienceHandler" => client.AddHttpMessageHandler(() => new ResilienceHandler()),
                    "RetryingHandler" => client.AddHttpMessageHandler(() => new RetryingHandler()),
                    "PolicyHttpMessageHandler" => client.AddHttpMessageHandler(() => new PolicyHttpMessageHandler()),
                    _ => client.AddHttpMessageHandler(() => new Passing()),
                };
            }
        });

        var handlers = provider.GetRequiredService<IHttpMessageHandlerFactory>();
        handlers.CreateHandler("orders");
        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        using var response = await client.GetAsync("/1");

        var entries = _log.Entries.Where(entry => entry.Id == 303).ToList();
        Assert.True(warnings == entries.Count, situation);
        Assert.All(entries, entry =>
        {
            Assert.Equal(LogLevel.Warning, entry.Level);
            Assert.Contains("'orders'", entry.Text, StringComparison.Ordinal);
            Assert.Contains("Call AddAccessToken after", entry.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_retry_among_the_defaults_stands_outside_wherever_it_is_added()
    {
        using var api = new FakeServer { Otherwise = _ => FakeServer.Response(HttpStatusCode.OK) };
        await using var provider = Build(services =>
        {
            services.AddHttpClient("orders").AddAccessToken("https://orders.contoso.com/.default")
                .ConfigurePrimaryHttpMessageHandler(() => new Shared(api));
            services.ConfigureHttpClientDefaults(defaults => defaults.AddHttpMessageHandler(() => new ResilienceHandler()));
        });

        using var response =
            await provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetAsync("https://orders.contoso.com/1");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, _log.Count(303));
    }

    private ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_log);
        services.AddWorkloadIdentity(new FakeTokens());
        register(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private sealed class ResilienceHandler : DelegatingHandler;

    private sealed class RetryingHandler : DelegatingHandler;

    private sealed class PolicyHttpMessageHandler : DelegatingHandler;

    private sealed class Passing : DelegatingHandler;

    /// <summary>Survives the pipeline it stands in.</summary>
    private sealed class Shared(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }
}
