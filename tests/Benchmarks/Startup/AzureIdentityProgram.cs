using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Startup;

internal static class FirstToken
{
#if !ONLY_MANAGED_IDENTITY
    public static async Task<string> WithSecretAsync() => (await new ClientSecretCredential(
        LocalAnswer.TenantId, LocalAnswer.ClientId, LocalAnswer.Secret,
        new ClientSecretCredentialOptions { DisableInstanceDiscovery = true, Transport = new HttpClientTransport(LocalAnswer.NewClient()) })
        .GetTokenAsync(new TokenRequestContext([LocalAnswer.Scope]), CancellationToken.None)).Token;
#endif

    public static async Task<string> ForManagedIdentityAsync() => (await new ManagedIdentityCredential(
        new ManagedIdentityCredentialOptions(
            ManagedIdentityId.SystemAssigned)
        { Transport = new HttpClientTransport(LocalAnswer.NewClient()) })
        .GetTokenAsync(new TokenRequestContext([LocalAnswer.Scope]), CancellationToken.None)).Token;
}
