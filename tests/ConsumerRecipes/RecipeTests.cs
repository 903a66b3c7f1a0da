using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions;
using WorkloadIdentity;

namespace ConsumerRecipes;

/// <summary>The recipes against servers that validate what they are shown, with tokens of the emulator.</summary>
public sealed class RecipeTests : IAsyncLifetime
{
    private readonly ServiceCollection _services = [];

    private OrdersBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await OrdersBench.StartAsync();
        _services.AddWorkloadIdentity(_bench.Acquirer);
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task A_Refit_client_sends_a_token_and_answers_a_rejection()
    {
        RefitClient.Register(_services, _bench.Orders.Address);
        await using var provider = _services.BuildServiceProvider();
        var client = provider.GetRequiredService<IOrdersApi>();
        Assert.Equal(new OrderView(42, _bench.Entra.Application.ClientId), await client.GetAsync(42));

        _bench.Orders.RejectNext();

        Assert.Equal(43, (await client.GetAsync(43)).Id);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_Graph_client_of_the_factory_reads_the_directory_and_answers_a_claims_challenge()
    {
        Graph.Register(_services);
        _services.AddHttpClient("graph").ConfigurePrimaryHttpMessageHandler(Network);
        await using var provider = _services.BuildServiceProvider();

        await ReadsAndAnswersAChallengeAsync(provider.GetRequiredService<GraphServiceClient>());
    }

    [Fact]
    public async Task A_Graph_client_with_the_SDK_s_own_handlers_reads_the_directory_and_answers_a_claims_challenge() =>
        await ReadsAndAnswersAChallengeAsync(Graph.Client(_bench.Acquirer, Network()));

    [Fact]
    public async Task The_retries_of_the_Graph_SDK_stay()
    {
        var network = Network();
        network.Answers.Enqueue(() => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
        {
            Headers = { RetryAfter = new(TimeSpan.Zero) },
        });

        Assert.NotEmpty((await Graph.Client(_bench.Acquirer, network).Applications.GetAsync())!.Value!);
        Assert.Equal(2, network.Requests);
        Assert.Single(_bench.Entra.Journal.TokenRequests);
    }

    [Fact]
    public async Task A_Graph_client_sends_its_token_to_no_other_host()
    {
        var network = Network();
        var client = Graph.Client(_bench.Acquirer, network);

        var failure = await Assert.ThrowsAsync<TokenAcquisitionException>(
            () => client.Applications.WithUrl("https://graph.example/v1.0/applications").GetAsync());

        Assert.Equal(TokenErrorKind.NotAllowed, failure.Error.Kind);
        Assert.Equal(0, network.Requests);
    }

    [Fact]
    public async Task A_Kiota_client_sends_a_token_and_answers_a_rejection()
    {
        using var adapter = Graph.Adapter(_bench.Acquirer, _bench.Orders.Address);
        var request = new RequestInformation { HttpMethod = Method.GET, URI = new Uri(_bench.Orders.Address, "/orders/42") };
        await using (await adapter.SendPrimitiveAsync<Stream>(request))
        {
            _bench.Orders.RejectNext();
        }

        await using var order = await adapter.SendPrimitiveAsync<Stream>(request);

        Assert.NotNull(order);
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_web_socket_opens_with_a_token_and_answers_a_rejection()
    {
        Assert.Equal(_bench.Entra.Application.ClientId, await CallerOfSocketAsync());

        _bench.Orders.Revoke();

        Assert.Equal(_bench.Entra.Application.ClientId, await CallerOfSocketAsync());
        Assert.Equal(2, _bench.TokenRequests);
    }

    private async Task<string> CallerOfSocketAsync()
    {
        var server = new UriBuilder(_bench.Orders.Address) { Scheme = "ws" }.Uri;
        using var socket = await WebSockets.ConnectAsync(_bench.Acquirer, server, CancellationToken.None);
        var received = new byte[100];
        var result = await socket.ReceiveAsync(received, CancellationToken.None);
        return Encoding.UTF8.GetString(received, 0, result.Count);
    }

    private ToEmulator Network()
    {
        var graph = _bench.Entra.AddGraph();
        _bench.Entra.Application.AssignRole(graph, "Application.Read.All");
        return new ToEmulator(graph.Url);
    }

    private async Task ReadsAndAnswersAChallengeAsync(GraphServiceClient client)
    {
        Assert.Contains((await client.Applications.GetAsync())!.Value!, one => one.AppId == _bench.Entra.Application.ClientId);

        _bench.Entra.Application.Revoke();

        Assert.NotEmpty((await client.Applications.GetAsync())!.Value!);
        Assert.Equal(2, _bench.TokenRequests);
    }

    /// <summary>The network: what is addressed to graph.microsoft.com arrives at the emulator.</summary>
    private sealed class ToEmulator(Uri address) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _network = new(new SocketsHttpHandler { UseProxy = false });

        /// <summary>What the network answers before it lets requests through.</summary>
        public Queue<Func<HttpResponseMessage>> Answers { get; } = new();

        public int Requests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            if (Answers.TryDequeue(out var answer))
            {
                var response = answer();
                response.RequestMessage = request;
                return response;
            }

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
