using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class HandlerAfter
{
    public static void Register(IServiceCollection services, string tenantId, string clientId, X509Certificate2 certificate)
    {
        services.AddWorkloadIdentity()
            .UseCertificate(tenantId, clientId, ClientCertificateAuthentication.FromCertificate(certificate).WithChain());
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default");
    }
}
