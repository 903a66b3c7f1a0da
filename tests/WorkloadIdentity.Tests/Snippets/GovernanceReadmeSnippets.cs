using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The code of WorkloadIdentity.Governance's README, compiled.</summary>
internal static class GovernanceReadmeSnippets
{
    public static async Task ReadAsync()
    {
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment());
        using var graph = new GraphClient(acquirer);
        var reader = new InventoryReader(graph, new InventoryOptions { StateFolder = "inventory" });

        var inventory = await reader.ReadAsync();
        foreach (var identity in inventory.Identities)
        {
            foreach (var credential in identity.Credentials.Where(credential => credential.LastUsedOn is not null))
            {
                Console.WriteLine($"{identity} uses {credential.KeyId}, which expires on {credential.ExpiresOn:d}.");
            }
        }
    }

    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentityGovernance()
            .ConfigureInventory(options => options.StateFolder = "/var/lib/orders/inventory")
            .AddBackgroundInventory();
    }
}
