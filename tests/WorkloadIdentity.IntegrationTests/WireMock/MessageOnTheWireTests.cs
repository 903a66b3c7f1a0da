using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Metrics;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>What .NET's own transport does to messages and handlers that the token handler has sent.</summary>
public sealed class MessageOnTheWireTests
{
    private const string Scope = "api://orders/.default";

    private readonly FakeTokens _tokens = new();

    [Fact]
    public async Task The_context_of_dotnets_metrics_is_used_for_one_send_alone()
    {
        // .NET takes it off the message it sends and uses it for another request: a second send of the caller's message must not bring it
        // back.
        using var api = StubServer.Answering(200);
        using var meters = new OneMeterFactory();
        using var listener = new MeterListener();
        var tags = new List<string>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "http.client.request.duration" && ReferenceEquals(instrument.Meter, meters.Meter))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>(
            (_, _, found, _) => tags.Add($"{found.ToArray().FirstOrDefault(tag => tag.Key == "mine").Value}"));
        listener.Start();
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { api.Address } };
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(_tokens, new TokenRequest(Scope), options)
            {
                InnerHandler = new SocketsHttpHandler { UseProxy = false, MeterFactory = meters },
            });
        using var message = new HttpRequestMessage(HttpMethod.Get, api.Address);
        HttpMetricsEnrichmentContext.AddCallback(message, context => context.AddCustomTag("mine", "yes"));

        (await client.SendAsync(message, CancellationToken.None)).Dispose();
        Assert.Empty(message.Options);
        (await client.SendAsync(message, CancellationToken.None)).Dispose();

        Assert.Equal(["yes", ""], tags);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_callers_message_stays_as_it_is_and_the_responses_shows_where_it_went(bool isAsync)
    {
        using var other = StubServer.Answering(200);
        using var api = StubServer.Answering(302, ("Location", $"{other.Address}there"));
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { api.Address } };
        using var client = new HttpMessageInvoker(
            new AccessTokenHandler(_tokens, new TokenRequest(Scope), options)
            {
                InnerHandler = new SocketsHttpHandler { UseProxy = false },
            });
        using var content = new StringContent("x") { Headers = { ContentLength = 1 } };
        using var message = new HttpRequestMessage(HttpMethod.Post, api.Address) { Content = content };
        var before = $"{message}";

        using var response = isAsync
            ? await client.SendAsync(message, CancellationToken.None)
            : client.Send(message, CancellationToken.None);

        Assert.Equal(before, $"{message}");
        Assert.Same(content, message.Content);
        Assert.Equal(new Uri(other.Address, "/there"), response.RequestMessage!.RequestUri);
        Assert.Equal(HttpMethod.Get, response.RequestMessage.Method);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_proxy_of_the_primary_handler_gets_no_token(bool isMesh)
    {
        using var proxy = StubServer.Answering(200);
        var options = new AccessTokenHandlerOptions();
        (isMesh ? options.PlainHttpOrigins : options.AllowedOrigins).Add(new Uri(isMesh ? "http://billing.mesh" : "http://127.0.0.1:9"));
        using var client = new HttpClient(new AccessTokenHandler(_tokens, new TokenRequest(Scope), options)
        {
            InnerHandler = new Passing { InnerHandler = new SocketsHttpHandler { Proxy = new WebProxy(proxy.Address) } },
        });

        var address = new Uri(isMesh ? "http://billing.mesh/1" : "http://127.0.0.1:9/1");
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => client.GetAsync(address));
        Assert.Throws<TokenAcquisitionException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, address)));

        Assert.Empty(proxy.Requests);
    }

    [Fact]
    public async Task A_handler_in_use_cannot_be_changed()
    {
        using var api = StubServer.Answering(200);
        using var sockets = new SocketsHttpHandler { UseProxy = false };
        using var client = new HttpMessageInvoker(sockets);
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, api.Address), CancellationToken.None);

        Assert.False(PrimaryHandler.TrySwitchCookiesOff(sockets));
    }

    private sealed class Passing : DelegatingHandler;

    private sealed class OneMeterFactory : IMeterFactory
    {
        public Meter? Meter { get; private set; }

        public Meter Create(MeterOptions options) => Meter = new Meter(options);

        public void Dispose() => Meter?.Dispose();
    }
}
