using System.ClientModel.Primitives;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI;
using OpenAI.Chat;
using WorkloadIdentity;
using WorkloadIdentity.Azure;
using AccessToken = WorkloadIdentity.AccessToken;
using AzureAccessToken = Azure.Core.AccessToken;
using ManagedIdentityCredential = WorkloadIdentity.ManagedIdentityCredential;
using ManagedIdentityCredentialOptions = WorkloadIdentity.ManagedIdentityCredentialOptions;
using ManagedIdentityId = WorkloadIdentity.ManagedIdentityId;
using RetryOptions = WorkloadIdentity.RetryOptions;

namespace Contoso.Orders;

/// <summary>The code of WorkloadIdentity.Azure's README, in a user's namespace: it need only compile.</summary>
internal static class ReadmeCode
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddTokenCredential();

        builder.Services.AddAzureClients(clients =>                                   // Microsoft.Extensions.Azure
        {
            clients.AddSecretClient(new Uri("https://orders.vault.azure.net"));
            clients.UseCredential(services => services.GetRequiredService<TokenCredential>());
        });
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");                                 // the same identity, the same cache
    }

    public static async Task BeforeTheHostAsync(HostApplicationBuilder builder, Uri vaultUri)
    {
        using var acquirer = new TokenAcquirer(DefaultCredentials.FromEnvironment());
        var secrets = new SecretClient(vaultUri, acquirer.AsTokenCredential());
        builder.Services.AddWorkloadIdentity(acquirer).AddTokenCredential();

        await secrets.GetSecretAsync("database");
    }

#pragma warning disable OPENAI001
    public static async Task<string> ChatAsync(ITokenAcquirer acquirer, OpenAIClientOptions options)
    {
        var chat = new ChatClient("gpt-5", new BearerTokenPolicy(acquirer.AsTokenCredential(), "https://ai.azure.com/.default"), options);

        return (await chat.CompleteChatAsync("Hi")).Value.Content[0].Text;
    }
#pragma warning restore OPENAI001

    public static async Task ConnectAsync(SecretClient secrets, Func<Task> disconnectAsync)
    {
        try
        {
            await secrets.GetSecretAsync("database");
        }
        catch (AuthenticationFailedException e)
            when (e.InnerException is TokenAcquisitionException { Error.Category: TokenErrorCategory.Consent })
        {
            await disconnectAsync();
        }
    }

    public static void RegisterAzures(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().UseCredential(_ => new AzureCredential(new DefaultAzureCredential()));
    }

    public static AzureCredential Honouring(string tenantId, string clientId, string secret)
    {
        var credential = new AzureCredential(new ClientSecretCredential(tenantId, clientId, secret)) { HonoursTenant = true };

        return credential;
    }

    public static (ManagedIdentityCredential Ours, AzureAccessToken Azures) Names(AccessToken ours) => (
        new ManagedIdentityCredential(
            ManagedIdentityId.SystemAssigned, new ManagedIdentityCredentialOptions { Retry = new RetryOptions() }),
        new AzureAccessToken(ours.Value, ours.ExpiresOn));
}
