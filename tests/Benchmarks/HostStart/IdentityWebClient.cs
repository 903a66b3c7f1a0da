using Microsoft.Extensions.DependencyInjection;
using Microsoft.Identity.Abstractions;
using Microsoft.Identity.Client;
using Microsoft.Identity.Web;
using Microsoft.Identity.Web.TokenCacheProviders.InMemory;

namespace HostStart;

internal static class OneClient
{
    public static void AddToken(IServiceCollection services, IHttpClientBuilder client)
    {
        services.AddTokenAcquisition(isTokenAcquisitionSingleton: true);
        services.AddInMemoryTokenCaches();
        services.Configure<MicrosoftIdentityApplicationOptions>(options =>
        {
            options.Instance = "https://login.microsoftonline.com/";
            options.TenantId = LocalNetwork.TenantId;
            options.ClientId = LocalNetwork.ClientId;
            options.ClientCredentials =
                [new CredentialDescription { SourceType = CredentialSource.ClientSecret, ClientSecret = LocalNetwork.Secret }];
        });
        services.AddSingleton<IMsalHttpClientFactory>(new Entra());
        client.AddMicrosoftIdentityMessageHandler(options =>
        {
            options.Scopes.Add(LocalNetwork.Scope);
            options.RequestAppToken = true;
        });
    }

    private sealed class Entra : IMsalHttpClientFactory
    {
        private readonly HttpClient _client = new(new LocalNetwork());

        public HttpClient GetHttpClient() => _client;
    }
}
