using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

/// <summary>What programs with Azure.Identity hold today.</summary>
internal static class AzureIdentityBefore
{
    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TokenCredential>(new DefaultAzureCredential());
        builder.Services.AddTransient(
            services => new BearerHandler(services.GetRequiredService<TokenCredential>(), "api://orders/.default"));
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddHttpMessageHandler<BearerHandler>();
    }

    public static void Clients(IHostApplicationBuilder builder)
    {
        builder.Services.AddAzureClients(clients =>
        {
            clients.AddSecretClient(new Uri("https://orders.vault.azure.net"));
            clients.UseCredential(new DefaultAzureCredential());
        });
    }

    public static TokenCredential[] Credentials(
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

    public static async Task<bool> TryAsync(TokenCredential credential, CancellationToken cancellationToken)
    {
        try
        {
            await credential.GetTokenAsync(new TokenRequestContext(["api://orders/.default"]), cancellationToken);
            return true;
        }
        catch (AuthenticationFailedException e) when (e.Message.Contains("AADSTS65001", StringComparison.Ordinal))
        {
            return false;
        }
    }

    public static async Task<ClientCertificateCredential> OutOfAVaultAsync(string tenantId, string clientId)
    {
        var vault =
            new SecretClient(new Uri("https://orders.vault.azure.net"), new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));
        KeyVaultSecret pfx = await vault.GetSecretAsync("orders-api");                        // once: a renewed certificate needs a restart
        var certificate = X509CertificateLoader.LoadPkcs12(Convert.FromBase64String(pfx.Value), password: null);
        return new ClientCertificateCredential(tenantId, clientId, certificate);
    }

    internal sealed class BearerHandler(TokenCredential credential, string scope) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellationToken);
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
