using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace HostStart;

internal static class OneClient
{
    public static void AddToken(IServiceCollection services, IHttpClientBuilder client)
    {
        services.AddWorkloadIdentity().UseCredential(_ => new ApplicationCredential(
            LocalNetwork.TenantId, LocalNetwork.ClientId, ClientSecretAuthentication.FromValue(LocalNetwork.Secret),
            new ApplicationCredentialOptions { HttpClient = new HttpClient(new LocalNetwork()) }));
        client.AddAccessToken(LocalNetwork.Scope);
    }
}
