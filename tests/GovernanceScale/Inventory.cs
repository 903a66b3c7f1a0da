using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The library reads a tenant, as a program would.</summary>
internal static class Inventory
{
    public static async Task<(TenantInventory Inventory, CountingHandler Requests)> ReadAsync(
        Access access, FakeClock clock, string? stateFolder)
    {
        using var acquirer = new TokenAcquirer(access.Credential(clock), new TokenAcquirerOptions { TimeProvider = clock });
        using var connections = new SocketsHttpHandler { UseProxy = false };
        using var counting = new CountingHandler(connections);
        using var graph = new GraphClient(acquirer, new GraphClientOptions
        {
            Endpoint = access.Graph,
            Scope = "https://graph.microsoft.com/.default",
            TenantId = access.TenantId,
            TimeProvider = clock,
            Transport = counting,
        });
        var inventory = await FastForward.RunAsync(clock, () => counting.IsIdle, () =>
            new InventoryReader(graph, new InventoryOptions { StateFolder = stateFolder }).ReadAsync());
        return (inventory, counting);
    }
}
