using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity;

namespace MigrationGuide;

/// <summary>The same with WorkloadIdentity.</summary>
internal static class AzureIdentityAfter
{
    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity();
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");
    }

    public static void RegisterAtADesk(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddDeveloperCredentials(builder.Environment);
    }

    public static void Clients(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddTokenCredential();
        builder.Services.AddAzureClients(clients =>
        {
            clients.AddSecretClient(new Uri("https://orders.vault.azure.net"));
            clients.UseCredential(services => services.GetRequiredService<Azure.Core.TokenCredential>());
        });
    }

    public static Credential[] Credentials(
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
        // the user is named by the request: UserAssertion
        new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromValue(secret)),
        new CredentialChain(
            new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            new ApplicationCredential(tenantId, clientId, ClientSecretAuthentication.FromValue(secret))),
    ];

    public static async Task<bool> TryAsync(ITokenAcquirer acquirer, CancellationToken cancellationToken)
    {
        try
        {
            await acquirer.GetTokenAsync(new TokenRequest("api://orders/.default"), cancellationToken);
            return true;
        }
        catch (TokenAcquisitionException e) when (e.Error.Category == TokenErrorCategory.Consent)
        {
            return false;
        }
    }

    public static void OutOfAVault(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
        builder.Services.AddWorkloadIdentity("machine").UseManagedIdentity();
        builder.Services.AddWorkloadIdentity()
            .UseKeyVault(
                tenantId,
                clientId,
                new Uri("https://orders.vault.azure.net"),
                "machine",
                vault => vault.DownloadedCertificate("orders-api"));
    }
}
