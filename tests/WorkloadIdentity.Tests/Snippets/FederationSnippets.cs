using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/federation.md, compiled.</summary>
internal static class FederationSnippets
{
    public static async Task FirstAsync(string tenantId, string clientId)
    {
        var credential = new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(new GitHubActionsAssertionSource()));
        using var acquirer = new TokenAcquirer(credential);
        var token = await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        _ = token;
    }

    public static void Registered(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, new GitHubActionsAssertionSource());
    }

    public static void Chained(IServiceCollection services)
    {
        services.AddWorkloadIdentity()
            .UseDefaultChain(chain => chain.Add(new GitHubActionsAssertionSource()).Add(new AzurePipelinesAssertionSource()));
    }

    public static void Propagation(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, new FederatedAuthentication(new GitHubActionsAssertionSource())
        {
            PropagationTolerance = TimeSpan.FromMinutes(2),
        });
    }

    public static ClientAuthentication File() =>
        new FederatedAuthentication(new FileAssertionSource("/var/run/secrets/azure/wi/token/azure-identity-token"));

    public static Credential Binding(string tenantId, string clientId, string tokenFile)
    {
        var credential = new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(new FileAssertionSource(tokenFile)),
            new ApplicationCredentialOptions { UseIdentityBinding = true });
        return credential;
    }

    public static ClientAuthentication Pipelines() =>
        new FederatedAuthentication(new AzurePipelinesAssertionSource("11112222-bbbb-3333-cccc-4444dddd5555"));

    public static ClientAuthentication Variable() =>
        new FederatedAuthentication(new EnvironmentVariableAssertionSource("AZURE_ID_TOKEN"));

    public static ClientAuthentication Google() =>
        new FederatedAuthentication(new GoogleMetadataAssertionSource());

    public static Credential ManagedIdentity(string customerTenantId, string clientId, string identityClientId)
    {
        var identity = new ManagedIdentityAssertionSource(ManagedIdentityId.FromClientId(identityClientId));
        var credential = new ApplicationCredential(customerTenantId, clientId, new FederatedAuthentication(identity));
        return credential;
    }

    public static async Task AgentAsync(string tenantId, string blueprintId, string agentId, string identityClientId, string userToken)
    {
        var blueprint = new ApplicationCredential(tenantId, blueprintId,
            new FederatedAuthentication(new ManagedIdentityAssertionSource(ManagedIdentityId.FromClientId(identityClientId))));
        using var agent = new TokenAcquirer(new ApplicationCredential(tenantId, agentId,
            new FederatedAuthentication(new AgentIdentityAssertionSource(blueprint))));

        var own = await agent.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        var forUser = await agent.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default") { UserAssertion = userToken });
        _ = (own, forUser);
    }

    public static AssertionSource Other(Credential credential) =>
        new CredentialAssertionSource(credential);

    public static AssertionSource Url()
    {
        var source = new UrlAssertionSource(new Uri("https://issuer.internal.example/token"), new UrlAssertionSourceOptions
        {
            HeadersFromVariables = { ["Authorization"] = "ISSUER_AUTHORIZATION" },
            AudienceParameter = "audience",
            JsonField = "id_token",
        });
        return source;
    }

    public static AssertionSource Command()
    {
        var source = new CommandAssertionSource("/usr/local/bin/circleci",
            ["run", "oidc", "get", "--claims", """{"aud":"api://AzureADTokenExchange"}"""]);
        return source;
    }

    public static AssertionSource Callback(Func<string, CancellationToken, ValueTask<string>> mint)
    {
        var source =
            new CallbackAssertionSource((request, cancellationToken) => mint(request.RequireAudience(), cancellationToken), "our issuer");
        return source;
    }
}
