using Microsoft.Identity.Client;

namespace MigrationGuide;

internal static class TenantsBefore
{
    public static async Task<string> TokenAsync(
        IConfidentialClientApplication application, string customerTenantId, CancellationToken cancellationToken)
    {
        var result =
            await application.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).WithTenantId(customerTenantId)
                .ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }
}
