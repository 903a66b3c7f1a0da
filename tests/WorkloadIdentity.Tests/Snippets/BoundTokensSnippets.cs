using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/bound-tokens.md, compiled.</summary>
internal static class BoundTokensSnippets
{
    public static void TurnOn(IHostApplicationBuilder builder, string tenantId, string clientId)
    {
#pragma warning disable WIBOUND001 // Bound tokens are a preview of Entra.
        var certificate = ClientCertificateAuthentication.FromFile("/run/secrets/client.pem").WithChain().BindTokens();
        builder.Services.AddWorkloadIdentity().UseCertificate(tenantId, clientId, certificate);
        builder.Services.AddHttpClient("graph", client => client.BaseAddress = new Uri("https://mtlstb.graph.microsoft.com/v1.0/"))
            .AddAccessToken("https://graph.microsoft.com/.default", options => options.Binding = TokenBinding.Required);
    }

    public static ApplicationCredential Agent(
        string tenantId, string blueprintId, string agentId, ClientCertificateAuthentication certificate)
    {
        var blueprint = new ApplicationCredential(tenantId, blueprintId, certificate);
        var agent = new ApplicationCredential(
            tenantId, agentId, new FederatedAuthentication(AssertionSource.FromAgentIdentityBlueprint(blueprint)));
        return agent;
    }

    public static async Task<string> ByHandAsync(ITokenAcquirer acquirer, string scope, SocketsHttpHandler connection)
    {
        var token = await acquirer.GetTokenAsync(new TokenRequest(scope) { Binding = TokenBinding.Required });
        var header = $"{token.TokenType} {token.Value}";                             // mtls_pop …
        connection.SslOptions.ClientCertificates = [token.BindingCertificate!];
        return header;
    }

    public static async Task<ApplicationCredentialOptions> EmulatedAsync(X509Certificate2 authority)
    {
        await using var entra = await EntraEmulator.StartAsync(new() { SecureAuthority = true });
        entra.Application.AddTrustedSubject("orders.contoso.com", authority);
        var options = new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost, ConfigureMutualTls = entra.Trust };
        return options;
    }
}
