using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Graph;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>The recipes against servers that validate what they are shown, with tokens of the emulator.</summary>
public sealed class RecipeTests : IAsyncLifetime, IDisposable
{
    private readonly ServiceCollection _services = [];

    private EntraEmulator _entra = null!;
    private OrdersServer _orders = null!;
    private TokenAcquirer _acquirer = null!;

    public async Task InitializeAsync()
    {
        _entra = await EntraEmulator.StartAsync();
        _entra.AddApi("api://orders");
        _orders = await OrdersServer.StartAsync(_entra);
        var application = _entra.Application;
        _acquirer = new TokenAcquirer(new ApplicationCredential(
            application.TenantId,
            application.ClientId,
            ClientSecretAuthentication.FromValue(application.AddSecret()),
            new ApplicationCredentialOptions { AuthorityHost = _entra.AuthorityHost }));
        _services.AddWorkloadIdentity(_acquirer);
    }

    public void Dispose() => _acquirer.Dispose();

    public async Task DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task A_SignalR_connection_shows_a_token()
    {
        await using var connection = SignalR.Connection(_acquirer, new Uri(_orders.Address, "/hub"));
        await connection.StartAsync();

        Assert.Equal(new OrderView(42, _entra.Application.ClientId), await connection.InvokeAsync<OrderView>("Get", 42));
    }

    [Fact]
    public async Task A_Refit_client_sends_a_token_and_answers_a_rejection()
    {
        RefitClient.Register(_services, _orders.Address);
        await using var provider = _services.BuildServiceProvider();
        var client = provider.GetRequiredService<IOrdersApi>();
        Assert.Equal(new OrderView(42, _entra.Application.ClientId), await client.GetAsync(42));

        _orders.RejectNext();

        Assert.Equal(43, (await client.GetAsync(43)).Id);
        Assert.Equal(2, _entra.Journal.TokenRequests.Count);
    }

    [Fact]
    public async Task A_YARP_proxy_sends_its_own_token_and_not_that_of_its_caller()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWorkloadIdentity(_acquirer);
        Proxy.Register(builder.Services, _orders.Address.AbsoluteUri);
        await using var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync();
        using var caller = new HttpClient { DefaultRequestHeaders = { { "Authorization", "Bearer of-the-caller" } } };

        var order = await caller.GetStringAsync(new Uri(new Uri(proxy.Urls.Single()), "/orders/42"));

        Assert.Equal($$"""{"id":42,"caller":"{{_entra.Application.ClientId}}"}""", order);

        // Without a body the request is sent again, and with one it is not.
        _orders.RejectNext();
        Assert.Equal(order, await caller.GetStringAsync(new Uri(new Uri(proxy.Urls.Single()), "/orders/42")));
        _orders.RejectNext();
        using var response = await caller.PostAsync(new Uri(new Uri(proxy.Urls.Single()), "/orders"), new StringContent("order"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_Graph_client_reads_the_directory_and_answers_a_claims_challenge()
    {
        var graph = _entra.AddGraph();
        _entra.Application.AssignRole(graph, "Application.Read.All");
        Graph.Register(_services);
        _services.AddHttpClient("graph").ConfigurePrimaryHttpMessageHandler(() => new ToEmulator(graph.Url));
        await using var provider = _services.BuildServiceProvider();
        var client = provider.GetRequiredService<GraphServiceClient>();
        Assert.Contains((await client.Applications.GetAsync())!.Value!, one => one.AppId == _entra.Application.ClientId);

        _entra.Application.Revoke();

        Assert.NotEmpty((await client.Applications.GetAsync())!.Value!);
        Assert.Equal(2, _entra.Journal.TokenRequests.Count);
    }

    /// <summary>The network: what is addressed to graph.microsoft.com arrives at the emulator.</summary>
    private sealed class ToEmulator(Uri address) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _network = new(new SocketsHttpHandler { UseProxy = false });

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var original = request.RequestUri!;
            Assert.Equal("https://graph.microsoft.com", original.GetLeftPart(UriPartial.Authority));
            request.RequestUri = new Uri(address, original.PathAndQuery.TrimStart('/'));
            try
            {
                return await _network.SendAsync(request, cancellationToken);
            }
            finally
            {
                request.RequestUri = original;
            }
        }

        protected override void Dispose(bool disposing)
        {
            _network.Dispose();
            base.Dispose(disposing);
        }
    }
}
