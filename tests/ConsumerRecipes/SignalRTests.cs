using System.Net;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using WorkloadIdentity;
using WorkloadIdentity.SignalR;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>Hub connections against a hub of ASP.NET Core that validates the emulator's tokens.</summary>
public sealed class SignalRTests : IAsyncLifetime
{
    private OrdersBench _bench = null!;

    public async Task InitializeAsync() => _bench = await OrdersBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task The_recipe_shows_a_token()
    {
        await using var connection = SignalR.Connection(_bench.Acquirer, new Uri(_bench.Orders.Address, "/hub"));

        await connection.StartAsync();

        Assert.Equal(Order(42), await connection.InvokeAsync<OrderView>("Get", 42));
        Assert.Equal(1, _bench.TokenRequests);
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.LongPolling)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    public async Task A_connection_that_starts_with_a_revoked_token_renews_it(HttpTransportType transport)
    {
        await using (var first = Connection(transport))
        {
            await first.StartAsync();
            Assert.Equal(Order(42), await first.InvokeAsync<OrderView>("Get", 42));
        }

        _bench.Orders.Revoke();
        await using var connection = Connection(transport);
        await connection.StartAsync();

        Assert.Equal(Order(43), await connection.InvokeAsync<OrderView>("Get", 43));
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task An_open_connection_with_long_polls_renews_a_revoked_token()
    {
        await using var connection = Connection(HttpTransportType.LongPolling);
        await connection.StartAsync();
        Assert.Equal(Order(42), await connection.InvokeAsync<OrderView>("Get", 42));

        _bench.Orders.Revoke();

        Assert.Equal(Order(43), await connection.InvokeAsync<OrderView>("Get", 43));
        Assert.Equal(Order(44), await connection.InvokeAsync<OrderView>("Get", 44));
        Assert.Equal(2, _bench.TokenRequests);
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_not_renewed()
    {
        var options = new HttpConnectionOptions { Url = _bench.Orders.Address };
        options.UseWorkloadIdentity(_bench.Acquirer, OrdersBench.Scope);
        await options.AccessTokenProvider!();
        using var client = new HttpMessageInvoker(options.HttpMessageHandlerFactory!(new HttpClientHandler()));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_bench.Orders.Address, "/orders/42"));
        request.Headers.Authorization = new("Bearer", "of-another-service");

        using var response = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(1, _bench.TokenRequests);
        Assert.Equal("Bearer of-another-service", request.Headers.Authorization.ToString());
    }

    [Fact]
    public async Task A_renewal_that_fails_leaves_no_response_behind()
    {
        var issued = 0;
        using var acquirer = new TokenAcquirer(FakeCredential.Issuing(
            _ => issued++ == 0 ? "revoked" : throw new InvalidOperationException("No renewal.")));
        using var rejection = new TrackedResponse();
        var options = new HttpConnectionOptions { Url = _bench.Orders.Address };
        options.UseWorkloadIdentity(acquirer, OrdersBench.Scope);
        using var client = new HttpMessageInvoker(options.HttpMessageHandlerFactory!(new Answering(rejection)));
        using var request = new HttpRequestMessage(HttpMethod.Get, _bench.Orders.Address);
        request.Headers.Authorization = new("Bearer", await options.AccessTokenProvider!());

        await Assert.ThrowsAnyAsync<Exception>(() => client.SendAsync(request, CancellationToken.None));

        Assert.Equal(2, issued);
        Assert.True(rejection.IsDisposed);
    }

    [Theory]
    [InlineData("http://orders.contoso.com/hub")]
    [InlineData("http://localhost:5000/hub")]
    public async Task A_hub_without_TLS_on_another_machine_gets_no_token(string address)
    {
        await using var connection = SignalR.Connection(_bench.Acquirer, new Uri(address));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.StartAsync());

        Assert.Contains("has no TLS", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _bench.TokenRequests);
    }

    [Fact]
    public async Task Without_a_token_the_connection_does_not_start_and_says_why()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        await using var connection = SignalR.Connection(acquirer, new Uri(_bench.Orders.Address, "/hub"));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.StartAsync());

        Assert.Contains("No consent.", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_bench.Orders.Seen);
    }

    [Fact]
    public void A_token_that_is_a_credential_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new HttpConnectionOptions().UseWorkloadIdentity(_bench.Acquirer, "api://AzureADTokenExchange/.default"));

    private OrderView Order(int id) => new(id, _bench.Entra.Application.ClientId);

    private HubConnection Connection(HttpTransportType transport) => new HubConnectionBuilder()
        .WithUrl(
            new Uri(_bench.Orders.Address, "/hub"),
            transport,
            options => options.UseWorkloadIdentity(_bench.Acquirer, OrdersBench.Scope))
        .Build();

    private sealed class Answering(HttpResponseMessage response) : HttpClientHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(response);
    }

    private sealed class TrackedResponse() : HttpResponseMessage(HttpStatusCode.Unauthorized)
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
