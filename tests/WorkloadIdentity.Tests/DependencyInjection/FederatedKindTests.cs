using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

public sealed class FederatedKindTests(EmulatorFixture fixture) : IClassFixture<EmulatorFixture>
{
    private const string Subject = "repo:contoso/orders:ref:refs/heads/main";
    private const string Id = "6bf7ab3f-6a37-4f6d-9a3c-2ee0f1d1f8a3";

    private readonly EntraEmulator _entra = fixture.Fresh();
    private readonly Dictionary<string, string> _variables = [];

    [Theory]
    [InlineData("""{ "Kind": "GitHubActions" """, "github actions")]
    [InlineData("""{ "Kind": "azurepipelines", "ServiceConnectionId": "11112222-bbbb-3333-cccc-4444dddd5555" """, "azure pipelines")]
    [InlineData("""{ "Kind": "GoogleMetadata", "PropagationTolerance": "00:01:00" """, "google metadata")]
    [InlineData("""{ "Kind": "FederatedTokenVariable", "TokenVariable": "GITLAB_OIDC" """, "environment variable")]
    [InlineData("""{ "Kind": "CircleCI" """, "circleci")]
    [InlineData("""{ "Kind": "TerraformCloud" """, "terraform cloud")]
    [InlineData("""{ "Kind": "TerraformCloud", "Tag": "ENTRA" """, "terraform cloud")]
    public async Task Settings_name_a_source(string settings, string by)
    {
        var issuer = _entra.AddIssuer();
        var app = _entra.AddApplication().AddFederatedCredential(issuer, Subject);
        Take(
            _entra.GitHubActionsEnvironment(issuer, Subject),
            _entra.AzurePipelinesEnvironment(issuer, Subject, "11112222-bbbb-3333-cccc-4444dddd5555"),
            _entra.GoogleMetadataEnvironment(issuer, Subject));
        foreach (var variable in (string[])
            ["GITLAB_OIDC", "CIRCLE_OIDC_TOKEN_V2", "TFC_WORKLOAD_IDENTITY_TOKEN", "TFC_WORKLOAD_IDENTITY_TOKEN_ENTRA"])
        {
            _variables[variable] = issuer.Issue(Subject);
        }

        var token =
            await IssuesAsync(
                $$"""
                {{settings}}, "TenantId": "{{app.TenantId}}", "ClientId": "{{app.ClientId}}", "Audience": "api://AzureADTokenExchange" }
                """);

        Assert.Equal(by, token.AcquiredBy);
    }

    [Fact]
    public async Task Settings_name_a_managed_identity_and_an_agents_blueprint()
    {
        var identity = _entra.AddManagedIdentity();
        var blueprint = _entra.AddApplication().AddFederatedCredential(identity);
        var agent = _entra.AddAgentIdentity(blueprint);
        Take(_entra.ImdsEnvironment());

        var token = await IssuesAsync($$"""
            { "Kind": "AgentIdentity", "TenantId": "{{agent.TenantId}}", "ClientId": "{{agent.ClientId}}",
              "Audience": "api://AzureADTokenExchange",
              "Blueprint": { "Kind": "ManagedIdentityFederation", "TenantId": "{{agent.TenantId}}", "ClientId": "{{blueprint.ClientId}}",
                             "Audience": "api://AzureADTokenExchange", "IdentityClientId": "{{identity.ClientId}}" } }
            """);

        Assert.Equal("agent identity blueprint", token.AcquiredBy);
        Assert.Equal(agent.ObjectId, EmulatorCalls.Claims(token.Value).GetProperty("oid").GetString());
    }

    [Fact]
    public async Task Settings_name_an_agents_user()
    {
        var blueprint = _entra.AddApplication();
        var agent = _entra.AddAgentIdentity(blueprint);
        var user = agent.AddAgentUser("orders-agent@emulated.example");

        var token = await IssuesAsync($$"""
            { "Kind": "AgentIdentity", "TenantId": "{{agent.TenantId}}", "ClientId": "{{agent.ClientId}}",
              "Audience": "api://AzureADTokenExchange", "AgentUser": "{{user.ObjectId}}",
              "Blueprint": { "Kind": "ClientSecret", "TenantId": "{{agent.TenantId}}", "ClientId": "{{blueprint.ClientId}}",
                             "ClientSecret": "{{blueprint.AddSecret()}}" } }
            """);

        Assert.Equal(user.ObjectId, EmulatorCalls.Claims(token.Value).GetProperty("oid").GetString());
    }

    [Fact]
    public async Task The_default_chain_looks_for_a_source_that_was_added_by_name()
    {
        var issuer = _entra.AddIssuer();
        var app = _entra.AddApplication().AddFederatedCredential(issuer, Subject);
        Take(_entra.GitHubActionsEnvironment(issuer, Subject));
        _variables["AZURE_TENANT_ID"] = app.TenantId;
        _variables["AZURE_CLIENT_ID"] = app.ClientId;

        var services = Services();
        services.AddWorkloadIdentity().UseDefaultChain(chain => chain
            .Add(AssertionSource.AzurePipelines())
            .Add(AssertionSource.GitHubActions(), "api://AzureADTokenExchange"))
            .Configure(options => options.Credentials.AuthorityHost = _entra.AuthorityHost);
        await using var provider = services.BuildServiceProvider();

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EmulatorCalls.Scope));
        Assert.Equal("default chain/github actions", token.AcquiredBy);
    }

    [Theory]
    [InlineData("AZURE_TENANT_ID", "half a configuration")]
    [InlineData(null, "AZURE_TENANT_ID is not set")]
    public async Task A_source_that_was_added_needs_to_know_the_application(string? set, string says)
    {
        Take(_entra.GitHubActionsEnvironment(_entra.AddIssuer(), Subject));
        if (set is not null)
        {
            _variables[set] = _entra.Tenant.Id;
        }

        _variables["AZURE_TOKEN_CREDENTIALS"] = "WorkloadIdentityCredential";

        var error =
            (await Assert.ThrowsAsync<TokenAcquisitionException>(
                () => IssuesAsync("""{ "Kind": "DefaultChain", "Sources": [ "GitHubActions" ] }"""))).Error;

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_was_added_and_is_not_here_leaves_the_host_its_own_identity()
    {
        var error =
            (await Assert.ThrowsAsync<TokenAcquisitionException>(
                () => IssuesAsync("""{ "Kind": "DefaultChain", "Allow": "secret", "Sources": "GitHubActions" }"""))).Error;

        // Not allowed, so it is no link at all.
        Assert.DoesNotContain("github actions", error.Message, StringComparison.Ordinal);

        Take(_entra.ImdsEnvironment());
        _variables["AZURE_TENANT_ID"] = _entra.Tenant.Id;
        _variables["AZURE_CLIENT_ID"] = _entra.Application.ClientId;
        var token = await IssuesAsync("""{ "Kind": "DefaultChain", "Sources": [ "GitHubActions", "AzurePipelines" ] }""");
        Assert.Equal("default chain/managed identity", token.AcquiredBy);
    }

    public static TheoryData<string, string> Bad => new()
    {
        { """{ "Kind": "AzurePipelines", "ServiceConnectionId": "canary" """, "Id:ServiceConnectionId cannot be used" },
        { """{ "Kind": "FederatedTokenVariable" """, "Id:TokenVariable is missing" },
        { """{ "Kind": "FederatedTokenVariable", "TokenVariable": "A=canary" """, "Id:TokenVariable cannot be used" },
        { """{ "Kind": "GitHubActions", "Audience": "canary\n" """, "Id:Audience cannot be used" },
        { """{ "Kind": "GitHubActions", "PropagationTolerance": "1.00:00:00" """, "Id:PropagationTolerance cannot be used" },
        { """{ "Kind": "GitHubActions", "PropagationTolerance": "canary" """, "Id:PropagationTolerance is not a time" },
        { """{ "Kind": "GitHubActions", "Url": "canary" """, "Id:Url is not a setting" },
        { """{ "Kind": "Command" """, "Id:Kind is not a kind" },
        { """{ "Kind": "ManagedIdentityFederation" """, "Id:IdentityClientId or" },
        { $$"""{ "Kind": "ManagedIdentityFederation", "IdentityClientId": "{{Id}}", "IdentityObjectId": "{{Id}}" """, "exactly one of "
            + "them" },
        { """{ "Kind": "ManagedIdentityFederation", "IdentityClientId": "canary" """, "Id:IdentityClientId cannot be used" },
        { """{ "Kind": "AgentIdentity" """, "Id:Blueprint:Kind is missing" },
        { """{ "Kind": "AgentIdentity", "Blueprint": { "Kind": "ManagedIdentity", "X": "canary" } """, "Id:Blueprint:X is not a setting" },
        { """{ "Kind": "DefaultChain", "Sources": [ "canary" ] """, "Id:Sources lists a source that is not known. Known are: "
            + "GitHubActions, AzurePipelines, Buildkite, CircleCI, TerraformCloud, GoogleMetadata" },
        { """{ "Kind": "Buildkite", "SubjectClaim": "canary\n" """, "Id:SubjectClaim cannot be used" },
        { """{ "Kind": "TerraformCloud", "Tag": "canary-1" """, "Id:Tag cannot be used" },
        { """{ "Kind": "CircleCI", "Tag": "canary" """, "Id:Tag is not a setting" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_setting_that_is_wrong_is_named_and_not_quoted(string settings, string says)
    {
        var more = settings.Contains("DefaultChain", StringComparison.Ordinal) ? "" : $$""", "TenantId": "{{Id}}", "ClientId": "{{Id}}" """;

        using var provider = Build($"{settings}{more} }}");
        var message = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message;

        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_identity_binding_is_a_setting_and_takes_no_secret_along()
    {
        using var good =
            Build(
                $$"""
                { "Kind": "FederatedTokenFile", "TenantId": "{{Id}}", "ClientId": "{{Id}}", "TokenFile": "/t",
                  "UseIdentityBinding": "true" }
                """,
                isBound: true);
        Assert.IsType<TokenAcquirer>(good.GetRequiredService<ITokenAcquirer>());

        using var bad =
            Build(
                $$"""
                { "Kind": "ClientSecret", "TenantId": "{{Id}}", "ClientId": "{{Id}}", "ClientSecret": "canary",
                  "UseIdentityBinding": "true" }
                """,
                isBound: true);
        Assert.Contains(
            "UseIdentityBinding",
            Assert.Throws<OptionsValidationException>(() => bad.GetRequiredService<ITokenAcquirer>()).Message,
            StringComparison.Ordinal);
    }

    private void Take(params ReadOnlySpan<IReadOnlyDictionary<string, string>> environments)
    {
        foreach (var environment in environments)
        {
            foreach (var (name, value) in environment)
            {
                _variables[name] = value;
            }
        }
    }

    private ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddSingleton(WorkloadEnvironment.FromValues(_variables));
        services.AddSingleton<TimeProvider>(fixture.Clock);
        return services;
    }

    private ServiceProvider Build(string json, bool isBound = false)
    {
        var services = Services();
        var configuration =
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Id": {{json}} }"""))).Build();
        var builder = services.AddWorkloadIdentity(configuration.GetSection("Id"));
        if (!isBound)
        {
            builder.Configure(options => options.Credentials.AuthorityHost = _entra.AuthorityHost);
        }

        return services.BuildServiceProvider();
    }

    private async Task<AccessToken> IssuesAsync(string json)
    {
        await using var provider = Build(json);
        return await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EmulatorCalls.Scope));
    }
}
