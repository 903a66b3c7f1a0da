using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class TenantsAfter
{
    public static void Register(IServiceCollection services, string clientId, X509Certificate2 certificate)
    {
        services.AddWorkloadIdentity().UseMultiTenantApplication(clientId, certificate);
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default", options => options.RequireTenant = true);
    }

    public static async Task<HttpResponseMessage> OrganizationAsync(
        HttpClient graph, string customerTenantId, CancellationToken cancellationToken)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/organization").ForTenant(customerTenantId);
        return await graph.SendAsync(request, cancellationToken);
    }
}
