using WorkloadIdentity;
using WorkloadIdentity.Testing;

namespace ConsumerRecipes;

/// <summary>An emulated Entra, a service that validates its tokens, and the tokens of an application that calls the service.</summary>
internal sealed class OrdersBench : IAsyncDisposable
{
    public const string Scope = "api://orders/.default";

    private OrdersBench(EntraEmulator entra, OrdersServer orders)
    {
        Entra = entra;
        Orders = orders;
        Secret = entra.Application.AddSecret();
        Acquirer = AcquirerOf(entra, Secret);
    }

    public EntraEmulator Entra { get; }

    public OrdersServer Orders { get; }

    public TokenAcquirer Acquirer { get; }

    /// <summary>The secret of the application.</summary>
    public string Secret { get; }

    public int TokenRequests => Entra.Journal.TokenRequests.Count;

    public static async Task<OrdersBench> StartAsync()
    {
        var entra = await EntraEmulator.StartAsync();
        entra.AddApi("api://orders");
        return new OrdersBench(entra, await OrdersServer.StartAsync(entra));
    }

    /// <summary>The tokens of the emulator's application.</summary>
    public static TokenAcquirer AcquirerOf(EntraEmulator entra, string secret) => new(new ApplicationCredential(
        entra.Application.TenantId,
        entra.Application.ClientId,
        ClientSecretAuthentication.FromValue(secret),
        new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));

    public async ValueTask DisposeAsync()
    {
        Acquirer.Dispose();
        await Orders.DisposeAsync();
        await Entra.DisposeAsync();
    }
}
