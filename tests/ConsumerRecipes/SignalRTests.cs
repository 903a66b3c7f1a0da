using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Client;
using Microsoft.AspNetCore.SignalR.Client;
using WorkloadIdentity;
using WorkloadIdentity.SignalR;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>Hub connections against a hub of ASP.NET Core that validates the emulator's tokens.</summary>
public sealed class SignalRTests : IAsyncLifetime, IDisposable
{
    private const string Scope = "api://orders/.default";

    private EntraEmulator _entra = null!;
    private OrdersServer _orders = null!;
    private TokenAcquirer _acquirer = null!;

    private int TokenRequests => _entra.Journal.TokenRequests.Count;

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
    }

    public void Dispose() => _acquirer.Dispose();

    public async Task DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _entra.DisposeAsync();
    }

    [Fact]
    public async Task The_recipe_shows_a_token()
    {
        await using var connection = SignalR.Connection(_acquirer, new Uri(_orders.Address, "/hub"));

        await connection.StartAsync();

        Assert.Equal(Order(42), await connection.InvokeAsync<OrderView>("Get", 42));
        Assert.Equal(1, TokenRequests);
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

        _orders.Revoke();
        await using var connection = Connection(transport);
        await connection.StartAsync();

        Assert.Equal(Order(43), await connection.InvokeAsync<OrderView>("Get", 43));
        Assert.Equal(2, TokenRequests);
    }

    [Fact]
    public async Task An_open_connection_with_long_polls_renews_a_revoked_token()
    {
        await using var connection = Connection(HttpTransportType.LongPolling);
        await connection.StartAsync();
        Assert.Equal(Order(42), await connection.InvokeAsync<OrderView>("Get", 42));

        _orders.Revoke();

        Assert.Equal(Order(43), await connection.InvokeAsync<OrderView>("Get", 43));
        Assert.Equal(Order(44), await connection.InvokeAsync<OrderView>("Get", 44));
        Assert.Equal(2, TokenRequests);
    }

    [Fact]
    public async Task A_token_of_another_issuer_is_not_renewed()
    {
        var options = new HttpConnectionOptions { Url = _orders.Address };
        options.UseWorkloadIdentity(_acquirer, Scope);
        await options.AccessTokenProvider!();
        using var client = new HttpMessageInvoker(options.HttpMessageHandlerFactory!(new HttpClientHandler()));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_orders.Address, "/orders/42"));
        request.Headers.Authorization = new("Bearer", "of-another-service");

        using var response = await client.SendAsync(request, CancellationToken.None);

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(1, TokenRequests);
        Assert.Equal("Bearer of-another-service", request.Headers.Authorization.ToString());
    }

    [Theory]
    [InlineData("http://orders.contoso.com/hub")]
    [InlineData("http://localhost:5000/hub")]
    public async Task A_hub_without_TLS_on_another_machine_gets_no_token(string address)
    {
        await using var connection = SignalR.Connection(_acquirer, new Uri(address));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.StartAsync());

        Assert.Contains("has no TLS", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, TokenRequests);
    }

    [Fact]
    public async Task Without_a_token_the_connection_does_not_start_and_says_why()
    {
        using var acquirer = new TokenAcquirer(FakeCredential.Failing(new TokenError(TokenErrorKind.Refused, "No consent.")));
        await using var connection = SignalR.Connection(acquirer, new Uri(_orders.Address, "/hub"));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => connection.StartAsync());

        Assert.Contains("No consent.", failure.ToString(), StringComparison.Ordinal);
        Assert.Empty(_orders.Seen);
    }

    [Fact]
    public void A_token_that_is_a_credential_is_refused() =>
        Assert.Throws<ArgumentException>(
            () => new HttpConnectionOptions().UseWorkloadIdentity(_acquirer, "api://AzureADTokenExchange/.default"));

    private OrderView Order(int id) => new(id, _entra.Application.ClientId);

    private HubConnection Connection(HttpTransportType transport) => new HubConnectionBuilder()
        .WithUrl(new Uri(_orders.Address, "/hub"), transport, options => options.UseWorkloadIdentity(_acquirer, Scope))
        .Build();
}
