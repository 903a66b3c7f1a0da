using Azure.Core;
using Azure.Identity;

namespace MigrationGuide;

internal static class CredentialsBefore
{
    public static TokenCredential[] All(
        string tenantId,
        string clientId,
        string secret,
        string path,
        Func<CancellationToken, Task<string>> assertionAsync,
        string userAssertion) =>
    [
        new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)),
        new ClientSecretCredential(tenantId, clientId, secret),
        new ClientCertificateCredential(tenantId, clientId, path),
        new WorkloadIdentityCredential(
            new WorkloadIdentityCredentialOptions { TenantId = tenantId, ClientId = clientId, TokenFilePath = path }),
        new ClientAssertionCredential(tenantId, clientId, assertionAsync),
        new OnBehalfOfCredential(tenantId, clientId, secret, userAssertion),
        new ChainedTokenCredential(
            new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned), new ClientSecretCredential(tenantId, clientId, secret)),
    ];
}
