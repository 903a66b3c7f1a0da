using Azure.Core;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

internal static class AzureClientsAfter
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddTokenCredential();
        builder.Services.AddAzureClients(clients =>
        {
            clients.AddSecretClient(new Uri("https://orders.vault.azure.net"));
            clients.UseCredential(services => services.GetRequiredService<TokenCredential>());
        });
    }
}
