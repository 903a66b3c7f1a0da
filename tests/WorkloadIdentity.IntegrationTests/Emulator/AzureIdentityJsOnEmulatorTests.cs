using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Microsoft's library for JavaScript, <c>@azure/identity</c>, gets tokens from the emulator, with its discovery on and the emulator's
/// authority as a file.
/// </summary>
[Collection(PeerCollection.Name)]
public sealed class AzureIdentityJsOnEmulatorTests(SecureEmulator emulator) : IClassFixture<SecureEmulator>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [NodeTheory]
    [InlineData("secret", ClientAuthenticationMethod.Secret)]
    [InlineData("registered", ClientAuthenticationMethod.Certificate)]
    [InlineData("issued", ClientAuthenticationMethod.Certificate)]
    [InlineData("assertion", ClientAuthenticationMethod.Federated)]
    [InlineData("onBehalfOf", ClientAuthenticationMethod.Secret)]
    public async Task An_application_gets_a_token(string credential, ClientAuthenticationMethod method)
    {
        emulator.Fresh();
        using var authority = new TemporaryFile("");
        await emulator.Entra.WriteCertificateAuthorityAsync(authority.Path);
        var folder =
            typeof(AzureIdentityJsOnEmulatorTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
                .Single(data => data.Key == "AzureIdentityJsFolder").Value!;
        await NodePackages.InstallAsync(folder);
        var certificate = credential == "issued" ? emulator.Issued : emulator.Registered;
        var settings = new JsonObject
        {
            ["authorityHost"] = emulator.Entra.AuthorityHost.AbsoluteUri.TrimEnd('/'),
            ["tenant"] = emulator.Entra.Tenant.Id,
            ["client"] = emulator.App.ClientId,
            ["scope"] = emulator.Entra.Api.Scope,
            ["credential"] = credential,
            ["secret"] = emulator.Secret,
            ["certificate"] = $"{certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n{certificate.ExportCertificatePem()}",
            ["assertion"] = emulator.Cluster.Issue(SecureEmulator.Subject),
            ["userAssertion"] = emulator.App.IssueUserToken("bob@emulated.example"),
        };

        using var patience = new CancellationTokenSource(Limit, TimeProvider.System);
        await using var process =
            NodeProcess.Start(
                Node.Executable!, folder, new Dictionary<string, string> { ["NODE_EXTRA_CA_CERTS"] = authority.Path }, "token.js");
        await process.SendLineAsync(settings.ToJsonString(), patience.Token);
        var answer = JsonSerializer.Deserialize<JsonElement>(await process.ReadLineAsync(line => line.StartsWith('{'), patience.Token));

        Assert.False(answer.TryGetProperty("error", out var error), error.ToString());
        await emulator.AcceptsAsync(
            answer.GetProperty("token").GetString()!, emulator.App.ClientId, credential == "onBehalfOf" ? "bob@emulated.example" : null);
        Assert.Equal(method, Assert.Single(emulator.Entra.Journal.TokenRequests).ClientAuthentication);
        Assert.Contains(
            emulator.Entra.Journal.DiscoveryRequests, request => request is { Document: DiscoveryDocument.Instance, Status: 200 });
        Assert.Contains(
            emulator.Entra.Journal.DiscoveryRequests, request => request is { Document: DiscoveryDocument.OpenId, Status: 200 });
    }
}
