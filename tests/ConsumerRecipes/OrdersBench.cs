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
        Acquirer = AcquirerOf(entra, entra.Application, Secret);
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

    /// <summary>The tokens of an application of the emulator; with a new secret, unless there is one.</summary>
    public static TokenAcquirer AcquirerOf(EntraEmulator entra, EmulatedApplication application, string? secret = null) => new(
        new ApplicationCredential(
            application.TenantId,
            application.ClientId,
            ClientSecretAuthentication.FromValue(secret ?? application.AddSecret()),
            new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost }));

    public async ValueTask DisposeAsync()
    {
        Acquirer.Dispose();
        await Orders.DisposeAsync();
        await Entra.DisposeAsync();
    }
}
