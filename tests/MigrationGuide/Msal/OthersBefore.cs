using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;

namespace MigrationGuide;

internal static class OthersBefore
{
    public static async Task<string> ManagedIdentityAsync(CancellationToken cancellationToken)
    {
        var application = ManagedIdentityApplicationBuilder.Create(ManagedIdentityId.SystemAssigned).Build();
        var result = await application.AcquireTokenForManagedIdentity("https://graph.microsoft.com").ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }

    public static IConfidentialClientApplication Federated(string tenantId, string clientId, string path) =>
        ConfidentialClientApplicationBuilder.Create(clientId)
            .WithAuthority(AzureCloudInstance.AzurePublic, tenantId)
            .WithClientAssertion(async options => await File.ReadAllTextAsync(path, options.CancellationToken))
            .Build();
}
