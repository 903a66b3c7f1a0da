using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace HostStart;

/// <summary>Azure.Identity has no handler for HttpClient, so its users write one.</summary>
internal static class OneClient
{
    public static void AddToken(IServiceCollection services, IHttpClientBuilder client)
    {
        services.AddSingleton<TokenCredential>(new ClientSecretCredential(
            LocalNetwork.TenantId, LocalNetwork.ClientId, LocalNetwork.Secret,
            new ClientSecretCredentialOptions
            {
                DisableInstanceDiscovery = true,
                Transport = new HttpClientTransport(new HttpClient(new LocalNetwork())),
            }));
        services.AddTransient<TokenHandler>();
        client.AddHttpMessageHandler<TokenHandler>();
    }

    private sealed class TokenHandler(TokenCredential credential) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([LocalNetwork.Scope]), cancellationToken);
            request.Headers.Authorization = new("Bearer", token.Token);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
