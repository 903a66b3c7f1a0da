using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Cookies of an API that is called by a factory-made client, through .NET's own transport.</summary>
public sealed class CookieTests : IDisposable
{
    private readonly FakeLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_cookie_of_one_tenant_is_not_sent_with_the_token_of_another(bool isDefaultHandler)
    {
        using var api = StubServer.Answering(200, ("Set-Cookie", "tenant=a"));
        await using var provider = Build(
            api.Address,
            client =>
                isDefaultHandler ? client : client.ConfigurePrimaryHttpMessageHandler(() => new HttpClientHandler { UseProxy = false }));
        using var client = CreateClient(provider);

        using var one = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/").ForTenant("a.example"));
        using var two = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/").ForTenant("b.example"));
        using var own = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Cookie", "session=1" } } });

        Assert.Equal([null, null, "session=1"], api.Requests.Select(request => request.Header("Cookie")));
    }

    [Fact]
    public async Task Cookies_can_be_switched_on()
    {
        using var api = StubServer.Answering(200, ("Set-Cookie", "a=1"));
        await using var provider = Build(api.Address, client => client.AllowCookies());
        using var client = CreateClient(provider);

        using var one = await client.GetAsync("/");
        using var two = await client.GetAsync("/");

        Assert.Equal([null, "a=1"], api.Requests.Select(request => request.Header("Cookie")));
    }

    [Fact]
    public async Task A_primary_handler_in_use_keeps_its_cookies_with_a_warning()
    {
        using var api = StubServer.Answering(200);
        using var used = new SocketsHttpHandler { UseProxy = false };
        using (var invoker = new HttpMessageInvoker(used, disposeHandler: false))
        {
            using var first = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, api.Address), CancellationToken.None);
        }

        await using var provider =
            Build(api.Address, client => client.ConfigurePrimaryHttpMessageHandler(() => new Passing { InnerHandler = used }));
        CreateClient(provider).Dispose();

        var entry = Assert.Single(_log.Entries, entry => entry.Id == 306);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains("'orders'", entry.Text, StringComparison.Ordinal);
    }

    // The platform itself changes a primary handler that it sees: only one that is hidden behind another can have been in use.
    private sealed class Passing : DelegatingHandler;

    private static HttpClient CreateClient(ServiceProvider provider) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

    private ServiceProvider Build(
        Uri address, Func<IHttpClientBuilder, IHttpClientBuilder>? before = null, Action<AccessTokenHandlerOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(_log));
        services.AddWorkloadIdentity(new FakeTokens());
        var client = services.AddHttpClient("orders", client => client.BaseAddress = address);
        (before?.Invoke(client) ?? client).AddAccessToken("api://orders/.default", configure);
        return services.BuildServiceProvider();
    }
}
