using System.ClientModel;
using Azure.Core;
using Azure.Security.KeyVault.Secrets;
using AzureSdk;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class WorkloadIdentityTokenCredentialExtensionsTests
{
    private static readonly TokenRequestContext Orders = new(["api://orders/.default"]);

    [Fact]
    public async Task The_credential_is_a_singleton_over_the_identitys_own_cache()
    {
        var credential = ScriptedCredential.Issuing("one");
        var services = new ServiceCollection();
        services.AddWorkloadIdentity().UseCredential(_ => credential).AddTokenCredential();
        await using var provider = services.BuildServiceProvider();

        var azure = provider.GetRequiredService<TokenCredential>();
        var token = await azure.GetTokenAsync(Orders, default);
        var ours = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest("api://orders/.default"));

        Assert.Same(azure, provider.GetRequiredService<TokenCredential>());
        Assert.Same(azure, provider.GetRequiredService<AuthenticationTokenProvider>());
        Assert.Equal(ours.Value, token.Token);
        Assert.Single(credential.Asked);
    }

    [Fact]
    public async Task A_named_identity_is_found_under_its_name_only()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity("graph").UseCredential(_ => ScriptedCredential.Issuing("two")).AddTokenCredential();
        await using var provider = services.BuildServiceProvider();

        var token = await provider.GetRequiredKeyedService<TokenCredential>("graph").GetTokenAsync(Orders, default);

        Assert.StartsWith("two", token.Token, StringComparison.Ordinal);
        Assert.NotNull(provider.GetKeyedService<AuthenticationTokenProvider>("graph"));
        Assert.Null(provider.GetService<TokenCredential>());
    }

    [Fact]
    public async Task An_acquirer_made_before_the_services_serves_both()
    {
        var tokens = new FakeTokens();
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(tokens).AddTokenCredential();
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("t1", (await provider.GetRequiredService<TokenCredential>().GetTokenAsync(Orders, default)).Token);
        Assert.Single(tokens.Requests);
    }

    [Fact]
    public void Two_credentials_in_one_place_are_an_error()
    {
        var services = new ServiceCollection();
        services.AddSingleton<TokenCredential>(
            new global::Azure.Identity.ManagedIdentityCredential(global::Azure.Identity.ManagedIdentityId.SystemAssigned));
        var unnamed = services.AddWorkloadIdentity();
        services.AddWorkloadIdentity("graph").AddTokenCredential();

        var exception = Assert.Throws<InvalidOperationException>(unnamed.AddTokenCredential);

        Assert.Contains("TokenCredential is registered already", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Microsoft_Extensions_Azure_makes_clients_with_it()
    {
        await using var entra = await EntraEmulator.StartAsync();
        await using var vault = await SmallVault.StartAsync(entra, SecretClientTests.NewName());
        vault.Keep("database", "Host=db");
        var services = new ServiceCollection();
        services.AddWorkloadIdentity()
            .UseSecret(entra.Tenant.Id, entra.Application.ClientId, entra.Application.AddSecret())
            .Configure(options => options.Credentials.AuthorityHost = entra.AuthorityHost)
            .AddTokenCredential();
        services.AddAzureClients(clients =>
        {
            clients.AddSecretClient(vault.Url)
                .ConfigureOptions(
                    options => options.Transport = new global::Azure.Core.Pipeline.HttpClientTransport(vault.CreateNetwork()));
            clients.UseCredential(provider => provider.GetRequiredService<TokenCredential>());
        });
        await using var provider = services.BuildServiceProvider();

        var secret = await provider.GetRequiredService<SecretClient>().GetSecretAsync("database");

        Assert.Equal("Host=db", secret.Value.Value);
        Assert.Single(entra.Journal.TokenRequests);
    }
}
