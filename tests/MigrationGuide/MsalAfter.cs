using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace MigrationGuide;

/// <summary>The same with WorkloadIdentity.</summary>
internal static class MsalAfter
{
    public static async Task<string> ClientCredentialsAsync(
        string tenantId, string clientId, X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        using var acquirer = new TokenAcquirer(new ApplicationCredential(                        // one for the life of the program
            tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate).WithChain()));

        var token = await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"), cancellationToken);
        return token.Value;
    }

    public static void Register(IServiceCollection services, string tenantId, string clientId, X509Certificate2 certificate)
    {
        services.AddWorkloadIdentity()
            .UseCertificate(tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate).WithChain());
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default");
    }

    public static async Task<HttpResponseMessage> OnBehalfOfAsync(
        HttpClient graph, string userAssertion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/me").OnBehalfOf(userAssertion);
        return await graph.SendAsync(request, cancellationToken);
    }

    public static void ManyTenants(IServiceCollection services, string clientId, X509Certificate2 certificate)
    {
        services.AddWorkloadIdentity().UseMultiTenantApplication(clientId, certificate);
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default", options => options.RequireTenant = true);
    }

    public static async Task<HttpResponseMessage> ManyTenantsAsync(
        HttpClient graph, string customerTenantId, CancellationToken cancellationToken)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, "https://graph.microsoft.com/v1.0/organization").ForTenant(customerTenantId);
        return await graph.SendAsync(request, cancellationToken);
    }

    public static void Others(IServiceCollection services, string tenantId, string clientId, string path)
    {
        services.AddWorkloadIdentity("machine").UseManagedIdentity(ManagedIdentityId.SystemAssigned);
        services.AddWorkloadIdentity("federated").UseFederation(tenantId, clientId, path);
    }
}
