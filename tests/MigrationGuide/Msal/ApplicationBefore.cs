using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;

namespace MigrationGuide;

internal static class ApplicationBefore
{
    public static async Task<string> TokenAsync(
        string tenantId, string clientId, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var application = ConfidentialClientApplicationBuilder.Create(clientId)                  // one for the life of the program
            .WithAuthority(AzureCloudInstance.AzurePublic, tenantId)
            .WithCertificate(certificate, sendX5C: true)
            .Build();

        var result = await application.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }
}
