using System.Net;
using Microsoft.AspNetCore.HeaderPropagation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace WorkloadIdentity.Tests;

/// <summary>What a factory-made client remembers, logs, and keeps off its messages.</summary>
public sealed class AccessTokenPipelineTests : IDisposable
{
    private const string Scope = "api://orders/.default";
    private static readonly Uri Orders = new("https://orders.contoso.com");
    private static readonly Uri Moved = new("https://moved.contoso.com");

    private readonly FakeTokens _tokens = new();
    private readonly FakeLog _log = new();
    private readonly FakeServer _api = new() { Otherwise = _ => FakeServer.Response(HttpStatusCode.OK) };

    private Uri? _baseAddress = Orders;

    public void Dispose()
    {
        _api.Dispose();
        _log.Dispose();
    }

    // Base addresses.

    [Fact]
    public async Task Any_number_of_base_addresses_gets_tokens()
    {
        await using var provider = Build();
        for (var number = 0; number < KnownBaseAddresses.MinKnown + 10; number++)
        {
            _baseAddress = new Uri($"https://customer{number}.contoso.com");
            using var client = CreateClient(provider);
            if (number % 64 == 0)
            {
                using var response = await client.GetAsync("/1");
            }
        }

        using var last = CreateClient(provider);
        using var answer = await last.GetAsync("/1");
        Assert.Equal((KnownBaseAddresses.MinKnown / 64) + 2, _api.Requests.Count);
    }

    [Fact]
    public async Task A_base_address_forgotten_among_too_many_is_refused_with_the_number()
    {
        await using var provider = Build();
        using var first = CreateClient(provider);
        for (var number = 0; number <= 2 * KnownBaseAddresses.MinKnown; number++)
        {
            _baseAddress = new Uri($"https://customer{number}.contoso.com");
            CreateClient(provider).Dispose();
        }

        var exception = await Assert.ThrowsAsync<TokenAcquisitionException>(() => first.GetAsync("/1"));

        Assert.Contains(
            $"nor one of the last {KnownBaseAddresses.MinKnown} base addresses that the client's configuration set",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("""AllowedOrigins.Add(new Uri("https://orders.contoso.com"))""", exception.Message, StringComparison.Ordinal);
        _baseAddress = Orders;
        CreateClient(provider).Dispose();
        using var response = await first.GetAsync("/1");
    }

    [Fact]
    public async Task A_changed_base_address_is_forgotten_with_the_handlers_of_its_time()
    {
        await using var provider = Build();
        using var old = CreateClient(provider);
        _baseAddress = Moved;
        using var moved = CreateClient(provider);

        // What the factory does when a handler's lifetime is over.
        using var next = NextHandler(provider);

        using var toMoved = await GetAsync(next, Moved);
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => GetAsync(next, Orders));

        // A client that lives longer than that goes on with the address it was made with.
        using var response = await old.GetAsync("/1");
        Assert.Equal([Moved, new Uri(Orders, "/1")], _api.Requests.Select(request => request.Uri));
    }

    [Fact]
    public async Task A_base_address_that_changed_just_before_the_next_handler_is_forgotten_with_the_one_after()
    {
        await using var provider = Build();
        CreateClient(provider).Dispose();
        _baseAddress = Moved;
        NextHandler(provider).Dispose();
        CreateClient(provider).Dispose();
        using var afterwards = NextHandler(provider);

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => GetAsync(afterwards, Orders));
        using var response = await GetAsync(afterwards, Moved);
    }

    [Fact]
    public async Task A_client_that_got_its_handler_just_before_the_next_was_made_is_served()
    {
        await using var provider = Build();
        using var old = CreateClient(provider);
        using var next = NextHandler(provider);

        _baseAddress = Moved;
        CreateClient(provider).Dispose();

        // The factory still hands out the first handler, as it does for a moment in a race.
        using var response = await old.GetAsync(Moved);
        using var another = await GetAsync(next, Moved);
        Assert.Equal(2, _api.Requests.Count);
    }

    [Fact]
    public async Task A_client_without_a_base_address_does_not_hide_the_one_set_before()
    {
        await using var provider = Build();
        CreateClient(provider).Dispose();
        _baseAddress = null;
        CreateClient(provider).Dispose();

        using var next = NextHandler(provider);
        using var response = await GetAsync(next, Orders);
        Assert.Single(_api.Requests);
    }

    // Logging by the platform.

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_platforms_log_never_shows_the_token(bool isBefore)
    {
        await using var provider = Build(client => client, services =>
        {
            if (!isBefore)
            {
                services.ConfigureHttpClientDefaults(defaults => defaults.RedactLoggedHeaders(header => false));
            }
        }, afterwards: client => isBefore ? client.RedactLoggedHeaders(["X-Secret"]) : client);
        using var client = CreateClient(provider);

        var message = new HttpRequestMessage(HttpMethod.Get, "/1") { Headers = { { "X-Secret", "hidden" }, { "X-Shown", "shown" } } };
        using var response = await client.SendAsync(message);

        Assert.Contains(_log.Entries, entry => entry.Text.Contains("X-Shown: shown", StringComparison.Ordinal));
        Assert.Contains(_log.Entries, entry => entry.Text.Contains("Authorization: *", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Entries, entry => entry.Text.Contains("t1", StringComparison.Ordinal));
        Assert.Equal(!isBefore, _log.Entries.Any(entry => entry.Text.Contains("hidden", StringComparison.Ordinal)));
    }

    // Headers that come from the inbound request.

    [Theory]
    [InlineData("Bearer inbound", false)]
    [InlineData("", true)]
    public async Task A_propagated_header_does_not_replace_the_token_a_message_asks_for(string inbound, bool isSent)
    {
        await using var provider = Build(
            client => client.AddHeaderPropagation(),
            services => services.AddHeaderPropagation(options => options.Headers.Add("Authorization")));
        var propagated = provider.GetRequiredService<HeaderPropagationValues>();
        propagated.Headers = new Dictionary<string, StringValues> { ["Authorization"] = inbound };
        using var client = CreateClient(provider);
        var message = new HttpRequestMessage(HttpMethod.Get, "/1").OnBehalfOf("jwt");

        var error = await Record.ExceptionAsync(async () => (await client.SendAsync(message)).Dispose());

        if (isSent)
        {
            Assert.Null(error);
            Assert.Equal("Bearer t1", Assert.Single(_api.Requests).Headers["Authorization"]);
        }
        else
        {
            Assert.Contains("header propagation", Assert.IsType<TokenAcquisitionException>(error).Message, StringComparison.Ordinal);
            Assert.Empty(_api.Requests);
        }
    }

    private static HttpClient CreateClient(ServiceProvider provider) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

    private static Task<HttpResponseMessage> GetAsync(HttpMessageInvoker sender, Uri address) =>
        sender.SendAsync(new HttpRequestMessage(HttpMethod.Get, address), CancellationToken.None);

    private HttpMessageInvoker NextHandler(ServiceProvider provider)
    {
        var handler = provider.GetRequiredKeyedService<AccessTokenPipeline>("orders").CreateHandler();
        handler.InnerHandler = _api;
        return new HttpMessageInvoker(handler, disposeHandler: false);
    }

    private ServiceProvider Build(
        Func<IHttpClientBuilder, IHttpClientBuilder>? before = null,
        Action<IServiceCollection>? register = null,
        Func<IHttpClientBuilder, IHttpClientBuilder>? afterwards = null,
        Action<AccessTokenHandlerOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_log));
        services.AddWorkloadIdentity(_tokens);
        var client =
            services.AddHttpClient("orders", client => client.BaseAddress = _baseAddress).ConfigurePrimaryHttpMessageHandler(() => _api);
        client = (before?.Invoke(client) ?? client).AddAccessToken(Scope, configure);
        afterwards?.Invoke(client);
        register?.Invoke(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
