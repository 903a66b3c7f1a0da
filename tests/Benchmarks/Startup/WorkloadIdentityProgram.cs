using WorkloadIdentity;

namespace Startup;

internal static class FirstToken
{
#if !ONLY_MANAGED_IDENTITY
    public static Task<string> WithSecretAsync() => GetAsync(new ApplicationCredential(
        LocalAnswer.TenantId, LocalAnswer.ClientId, ClientSecretAuthentication.FromValue(LocalAnswer.Secret),
        new ApplicationCredentialOptions { HttpClient = LocalAnswer.NewClient() }));
#endif

    public static Task<string> ForManagedIdentityAsync() => GetAsync(new ManagedIdentityCredential(
        ManagedIdentityId.SystemAssigned, new ManagedIdentityCredentialOptions { HttpClient = LocalAnswer.NewClient() }));

    private static async Task<string> GetAsync(Credential credential)
    {
        using var acquirer = new TokenAcquirer(credential);
        return (await acquirer.GetTokenAsync(new TokenRequest(LocalAnswer.Scope))).Value;
    }
}
