using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;

namespace Startup;

internal static class FirstToken
{
#if !ONLY_MANAGED_IDENTITY
    public static async Task<string> WithSecretAsync() => (await ConfidentialClientApplicationBuilder.Create(LocalAnswer.ClientId)
        .WithClientSecret(LocalAnswer.Secret)
        .WithAuthority($"https://login.microsoftonline.com/{LocalAnswer.TenantId}")
        .WithInstanceDiscovery(false)
        .WithHttpClientFactory(new OneClient())
        .Build()
        .AcquireTokenForClient([LocalAnswer.Scope])
        .ExecuteAsync()).AccessToken;
#endif

    public static async Task<string> ForManagedIdentityAsync() =>
        (await ManagedIdentityApplicationBuilder.Create(ManagedIdentityId.SystemAssigned)
        .WithHttpClientFactory(new OneClient())
        .Build()
        .AcquireTokenForManagedIdentity(LocalAnswer.Resource)
        .ExecuteAsync()).AccessToken;

    private sealed class OneClient : IMsalHttpClientFactory
    {
        private readonly HttpClient _client = LocalAnswer.NewClient();

        public HttpClient GetHttpClient() => _client;
    }
}
