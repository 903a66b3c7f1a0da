using WorkloadIdentity;

namespace MigrationGuide;

internal static class CredentialsAfter
{
    public static Credential[] All(
        string tenantId,
        string clientId,
        string secret,
        string path,
        Func<AssertionRequest, CancellationToken, ValueTask<string>> assertionAsync) =>
    [
        new ManagedIdentityCredential(ManagedIdentityId.FromClientId(clientId)),
        new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromValue(secret)),
        new ApplicationCredential(tenantId, clientId, ClientCertificateAuthentication.FromFile(path)),
        new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(AssertionSource.FromFile(path))),
        new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(AssertionSource.FromCallback(assertionAsync))),
        // The request names the user: new TokenRequest(scope) { UserAssertion = userAssertion }
        new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromValue(secret)),
        new CredentialChain(
            new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromValue(secret))),
    ];
}
