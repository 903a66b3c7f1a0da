using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.KeyVault;

namespace WorkloadIdentity.Tests;

/// <summary>The code of WorkloadIdentity.KeyVault's README, compiled.</summary>
internal static class KeyVaultReadmeSnippets
{
    public static void Register(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
        builder.Services.AddWorkloadIdentity("machine").UseManagedIdentity();                         // reaches the vault
        builder.Services.AddWorkloadIdentity()                                                       // the application
            .UseKeyVault(
                tenantId, clientId, new Uri("https://orders.vault.azure.net"), "machine", vault => vault.RemoteCertificate("orders-api"));
    }

    public static async Task<AccessToken> WithoutDependencyInjectionAsync(string tenantId, string clientId)
    {
        using var machine = new TokenAcquirer(new ManagedIdentityCredential());
        var vault = new Vault(new Uri("https://orders.vault.azure.net"), machine);
        using var acquirer = new TokenAcquirer(new ApplicationCredential(tenantId, clientId, vault.DownloadedCertificate("orders-api")));
        return await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
    }
}
