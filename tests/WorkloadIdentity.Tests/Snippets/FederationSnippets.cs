using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.Tests;

/// <summary>The code of docs/federation.md, compiled.</summary>
internal static class FederationSnippets
{
    public static async Task FirstAsync(string tenantId, string clientId)
    {
        var credential = new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(AssertionSource.GitHubActions()));
        using var acquirer = new TokenAcquirer(credential);
        var token = await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        _ = token;
    }

    public static void Registered(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, AssertionSource.GitHubActions());
    }

    public static void Buildkite(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, AssertionSource.Buildkite());
    }

    public static void Chained(IServiceCollection services)
    {
        services.AddWorkloadIdentity()
            .UseDefaultChain(chain => chain.Add(AssertionSource.GitHubActions()).Add(AssertionSource.AzurePipelines()));
    }

    public static void Propagation(IServiceCollection services, string tenantId, string clientId)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, new FederatedAuthentication(AssertionSource.GitHubActions())
        {
            PropagationTolerance = TimeSpan.FromMinutes(2),
        });
    }

    public static ClientAuthentication File() =>
        new FederatedAuthentication(AssertionSource.FromFile("/var/run/secrets/azure/wi/token/azure-identity-token"));

    public static Credential Binding(string tenantId, string clientId, string tokenFile)
    {
        var credential = new ApplicationCredential(tenantId, clientId, new FederatedAuthentication(AssertionSource.FromFile(tokenFile)),
            new ApplicationCredentialOptions { UseIdentityBinding = true });
        return credential;
    }

    public static ClientAuthentication Pipelines() =>
        new FederatedAuthentication(AssertionSource.AzurePipelines("11112222-bbbb-3333-cccc-4444dddd5555"));

    public static ClientAuthentication Variable() =>
        new FederatedAuthentication(AssertionSource.FromVariable("AZURE_ID_TOKEN"));

    public static ClientAuthentication Google() =>
        new FederatedAuthentication(AssertionSource.GoogleMetadata());

    public static Credential ManagedIdentity(string customerTenantId, string clientId, string identityClientId)
    {
        var identity = AssertionSource.FromManagedIdentity(ManagedIdentityId.FromClientId(identityClientId));
        var credential = new ApplicationCredential(customerTenantId, clientId, new FederatedAuthentication(identity));
        return credential;
    }

    public static async Task AgentAsync(string tenantId, string blueprintId, string agentId, string identityClientId, string userToken)
    {
        var blueprint = new ApplicationCredential(tenantId, blueprintId,
            new FederatedAuthentication(AssertionSource.FromManagedIdentity(ManagedIdentityId.FromClientId(identityClientId))));
        using var agent = new TokenAcquirer(new ApplicationCredential(tenantId, agentId,
            new FederatedAuthentication(AssertionSource.FromAgentIdentityBlueprint(blueprint))));

        var own = await agent.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        var forUser = await agent.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default") { UserAssertion = userToken });
        _ = (own, forUser);
    }

    public static async Task AgentUserAsync(TokenAcquirer agent, string agentUserId, HttpRequestMessage request)
    {
        var mailbox = await agent.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default")
        {
            AgentUser = AgentUser.FromObjectId(agentUserId),
        });
        request.ForAgentUser(AgentUser.FromUserName("orders-agent@contoso.com"));
        _ = mailbox;
    }

    public static AssertionSource Other(Credential credential) =>
        AssertionSource.FromCredential(credential);

    public static AssertionSource Url()
    {
        var source = AssertionSource.FromUrl(
            new Uri("https://issuer.internal.example/token"),
            audienceParameter: "audience",
            jsonField: "id_token",
            headersFromVariables: new Dictionary<string, string> { ["Authorization"] = "ISSUER_AUTHORIZATION" });
        return source;
    }

    public static AssertionSource Command()
    {
        var source = AssertionSource.FromCommand("/usr/local/bin/circleci",
            ["run", "oidc", "get", "--claims", """{"aud":"api://AzureADTokenExchange"}"""]);
        return source;
    }

    public static AssertionSource Callback(Func<string, CancellationToken, ValueTask<string>> mint)
    {
        var source = AssertionSource.FromCallback(
            (request, cancellationToken) => mint(request.RequireAudience(), cancellationToken), "our issuer");
        return source;
    }

    public static void Own(
        IServiceCollection services,
        string tenantId,
        string clientId,
        Func<string, CancellationToken, ValueTask<string>> getWebIdentityToken)
    {
        services.AddWorkloadIdentity().UseFederation(tenantId, clientId, AssertionSource.FromAws(getWebIdentityToken));
    }
}
