using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class OthersAfter
{
    public static void Register(IServiceCollection services, string tenantId, string clientId, string path)
    {
        services.AddWorkloadIdentity("machine").UseManagedIdentity(ManagedIdentityId.SystemAssigned);
        services.AddWorkloadIdentity("federated").UseFederation(tenantId, clientId, path);
    }
}
