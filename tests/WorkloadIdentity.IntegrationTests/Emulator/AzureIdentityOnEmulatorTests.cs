using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>Azure.Identity itself gets tokens from the emulator, with its discovery on: every credential it has for applications.</summary>
[Collection(PeerCollection.Name)]
public sealed class AzureIdentityOnEmulatorTests(SecureEmulator emulator) : IClassFixture<SecureEmulator>
{
    private EntraEmulator Entra => emulator.Entra;

    [Theory]
    [InlineData("ClientSecretCredential", ClientAuthenticationMethod.Secret)]
    [InlineData("EnvironmentCredential", ClientAuthenticationMethod.Secret)]
    [InlineData("ClientCertificateCredential", ClientAuthenticationMethod.Certificate)]
    [InlineData("ClientCertificateCredential with SendCertificateChain", ClientAuthenticationMethod.Certificate)]
    [InlineData("ClientAssertionCredential", ClientAuthenticationMethod.Federated)]
    [InlineData("WorkloadIdentityCredential", ClientAuthenticationMethod.Federated)]
    public async Task An_application_gets_a_token(string name, ClientAuthenticationMethod method)
    {
        emulator.Fresh();
        using var tokenFile = new TemporaryFile(emulator.Cluster.Issue(SecureEmulator.Subject));
        using var variables =
            new ProcessVariables(name == "EnvironmentCredential"
                ? emulator.App.EnvironmentWithSecret()
                : emulator.App.EnvironmentWithTokenFile(tokenFile.Path));
        var (tenant, client) = (Entra.Tenant.Id, emulator.App.ClientId);
        TokenCredential credential = name switch
        {
            "ClientSecretCredential" =>
                new ClientSecretCredential(tenant, client, emulator.Secret, Options<ClientSecretCredentialOptions>()),
            "EnvironmentCredential" => new EnvironmentCredential(Options<EnvironmentCredentialOptions>()),
            "ClientCertificateCredential" =>
                new ClientCertificateCredential(tenant, client, emulator.Registered, Options<ClientCertificateCredentialOptions>()),
            "ClientAssertionCredential" =>
                new ClientAssertionCredential(
                    tenant,
                    client,
                    _ => Task.FromResult(emulator.Cluster.Issue(SecureEmulator.Subject)),
                    Options<ClientAssertionCredentialOptions>()),
            "WorkloadIdentityCredential" => new WorkloadIdentityCredential(Options<WorkloadIdentityCredentialOptions>()),
            _ => new ClientCertificateCredential(tenant, client, emulator.Issued, WithChain()),
        };

        var token = await credential.GetTokenAsync(new TokenRequestContext([Entra.Api.Scope]), CancellationToken.None);

        await emulator.AcceptsAsync(token.Token, client);
        Assert.Equal(method, emulator.AfterDiscovery().ClientAuthentication);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("certificate")]
    [InlineData("assertion")]
    public async Task A_web_api_gets_a_token_on_behalf_of_a_user(string name)
    {
        emulator.Fresh();
        var (tenant, client, user) = (Entra.Tenant.Id, emulator.App.ClientId, emulator.App.IssueUserToken("bob@emulated.example"));
        var options = Options<OnBehalfOfCredentialOptions>();
        var credential = name switch
        {
            "secret" => new OnBehalfOfCredential(tenant, client, emulator.Secret, user, options),
            "certificate" => new OnBehalfOfCredential(tenant, client, emulator.Registered, user, options),
            _ =>
                new OnBehalfOfCredential(
                    tenant, client, _ => Task.FromResult(emulator.Cluster.Issue(SecureEmulator.Subject)), user, options),
        };

        var token = await credential.GetTokenAsync(new TokenRequestContext([$"{Entra.Api.Audience}/orders.read"]), CancellationToken.None);

        await emulator.AcceptsAsync(token.Token, client, "bob@emulated.example");
        Assert.True(emulator.AfterDiscovery().IsOnBehalfOf);
    }

    [Fact]
    public async Task A_revoked_principal_is_challenged_and_answers_with_the_claims()
    {
        emulator.Fresh();
        var credential =
            new ClientSecretCredential(Entra.Tenant.Id, emulator.App.ClientId, emulator.Secret, Options<ClientSecretCredentialOptions>());
        var first = await credential.GetTokenAsync(new TokenRequestContext([Entra.Api.Scope], isCaeEnabled: true), CancellationToken.None);
        emulator.App.Revoke();

        using var request =
            new HttpRequestMessage(HttpMethod.Get, Entra.Api.Url) { Headers = { Authorization = new("Bearer", first.Token) } };
        using var response = await emulator.Http.SendAsync(request);
        var challenge = Assert.Single(response.Headers.WwwAuthenticate);
        Assert.Contains("insufficient_claims", challenge.Parameter, StringComparison.Ordinal);
        var claims = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(challenge.Parameter!.Split("claims=\"")[1].TrimEnd('"')));
        var second =
            await credential.GetTokenAsync(
                new TokenRequestContext([Entra.Api.Scope], claims: claims, isCaeEnabled: true), CancellationToken.None);

        await emulator.AcceptsAsync(second.Token, emulator.App.ClientId);
    }

    private T Options<T>() where T : TokenCredentialOptions, new()
    {
        var options = new T { AuthorityHost = Entra.AuthorityHost, Transport = new HttpClientTransport(emulator.Http) };
        options.Retry.MaxRetries = 0;
        return options;
    }

    private ClientCertificateCredentialOptions WithChain()
    {
        var options = Options<ClientCertificateCredentialOptions>();
        options.SendCertificateChain = true;
        return options;
    }
}
