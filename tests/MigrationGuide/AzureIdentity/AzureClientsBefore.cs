using Azure.Identity;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

internal static class AzureClientsBefore
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddAzureClients(clients =>
        {
            clients.AddSecretClient(new Uri("https://orders.vault.azure.net"));
            clients.UseCredential(new DefaultAzureCredential());
        });
    }
}
