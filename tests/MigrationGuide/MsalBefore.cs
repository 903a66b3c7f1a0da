using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;

namespace MigrationGuide;

/// <summary>What programs with MSAL.NET hold today.</summary>
internal static class MsalBefore
{
    public static async Task<string> ClientCredentialsAsync(
        string tenantId, string clientId, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var application = ConfidentialClientApplicationBuilder.Create(clientId)                  // one for the life of the program
            .WithAuthority(AzureCloudInstance.AzurePublic, tenantId)
            .WithCertificate(certificate, sendX5C: true)
            .Build();

        var result = await application.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }

    public static async Task<string> OnBehalfOfAsync(
        IConfidentialClientApplication application, string userAssertion, CancellationToken cancellationToken)
    {
        var result =
            await application.AcquireTokenOnBehalfOf(["https://graph.microsoft.com/.default"], new UserAssertion(userAssertion))
                .ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }

    public static async Task<string> ManyTenantsAsync(
        IConfidentialClientApplication application, string customerTenantId, CancellationToken cancellationToken)
    {
        var result =
            await application.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).WithTenantId(customerTenantId)
                .ExecuteAsync(cancellationToken);
        return result.AccessToken;
    }

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

    public static async Task<string?> AnswerAsync(
        IConfidentialClientApplication application, string claims, CancellationToken cancellationToken)
    {
        try
        {
            var result =
                await application.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).WithClaims(claims)
                    .ExecuteAsync(cancellationToken);
            return result.AccessToken;
        }
        catch (MsalServiceException e) when (e.ErrorCode == "invalid_client")
        {
            return null;
        }
    }
}
