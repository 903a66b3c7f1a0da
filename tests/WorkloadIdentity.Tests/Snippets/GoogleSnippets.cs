using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Google;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/google.md and of WorkloadIdentity.Google's README, compiled.</summary>
internal static class GoogleSnippets
{
    public static (GoogleCredential Direct, GoogleCredential Impersonated) FromEntra(ITokenAcquirer acquirer)
    {
        var credential = acquirer.AsGoogleCredential(
            "projects/123456789012/locations/global/workloadIdentityPools/entra/providers/contoso", "api://google-orders/.default");
        var impersonated = acquirer.AsGoogleCredential(
            "projects/123456789012/locations/global/workloadIdentityPools/entra/providers/contoso",
            "api://google-orders/.default",
            "orders@contoso.iam.gserviceaccount.com");
        return (credential, impersonated);
    }

    public static void FromGoogle(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(
            tenantId, clientId, AssertionSource.GoogleServiceAccount("orders@contoso.iam.gserviceaccount.com"));
    }
}
