using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

internal static class VaultAfter
{
    public static void Register(HostApplicationBuilder builder, string tenantId, string clientId)
    {
        var vaultUri = new Uri("https://orders.vault.azure.net");
        builder.Services.AddWorkloadIdentity("machine").UseManagedIdentity();
        builder.Services.AddWorkloadIdentity()
            .UseKeyVault(tenantId, clientId, vaultUri, "machine", vault => vault.DownloadedCertificate("orders-api"));
    }
}
