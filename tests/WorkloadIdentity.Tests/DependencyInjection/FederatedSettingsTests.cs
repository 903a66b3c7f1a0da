using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>What each kind of federated assertion reads from configuration; that they then work, see FederatedKindTests.</summary>
public sealed class FederatedSettingsTests
{
    private const string Tenant = EntraFake.Tenant;
    private const string Client = EntraFake.ClientId;
    private const string Identity = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    private static readonly string App = $"\"TenantId\": \"{Tenant}\", \"ClientId\": \"{Client}\"";

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string> Kinds => new()
    {
        {
            $$"""
            { "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "Audience": "api://other", "PropagationTolerance": "00:05:00" }
            """,
            "the token file '/t'"
        },
        { $$"""{ "Kind": "GitHubActions", {{App}} }""", "the id token of a GitHub Actions job" },
        { $$"""{ "Kind": "AzurePipelines", {{App}}, "ServiceConnectionId": "{{Identity}}" }""",
            "the id token of an Azure Pipelines job" },
        { $$"""{ "Kind": "AzurePipelines", {{App}} }""", "the id token of an Azure Pipelines job" },
        { $$"""{ "Kind": "FederatedTokenVariable", {{App}}, "TokenVariable": "GITLAB_OIDC_TOKEN" }""", "the token in the variable "
            + "GITLAB_OIDC_TOKEN" },
        { $$"""{ "Kind": "Buildkite", {{App}}, "SubjectClaim": "cluster_id" }""", "Buildkite" },
        { $$"""{ "Kind": "CircleCI", {{App}} }""", "the token in the variable CIRCLE_OIDC_TOKEN_V2" },
        { $$"""{ "Kind": "TerraformCloud", {{App}}, "Tag": "ENTRA" }""", "the token in the variable TFC_WORKLOAD_IDENTITY_TOKEN_ENTRA" },
        { $$"""{ "Kind": "GoogleMetadata", {{App}} }""", "an identity token of Google's metadata server" },
        { $$"""{ "Kind": "ManagedIdentityFederation", {{App}}, "IdentityClientId": "{{Identity}}" }""", "a token of this host's managed "
            + "identity" },
        {
            $$"""
            { "Kind": "ManagedIdentityFederation", "MultiTenant": true, "ClientId": "{{Client}}", "IdentityObjectId": "{{Identity}}" }
            """,
            "a token of this host's managed identity"
        },
        {
            $$"""
            { "Kind": "FederatedCredential", {{App}}, "FmiPath": "a/b", "Credential": { "Kind": "ClientSecret", {{App}},
              "ClientSecret": "canary" } }
            """,
            "a token of 'client secret' for the exchange"
        },
        {
            $$"""
            { "Kind": "AgentIdentity", {{App}}, "AgentUser": "agent@contoso.com",
              "Blueprint": { "Kind": "ClientCertificate", "MultiTenant": true, "ClientId": "{{Identity}}", "CertificateFile": "/c" } }
            """,
            "a token of the blueprint ('client certificate')"
        },
        {
            $$"""
            { "Kind": "FederatedTokenUrl", {{App}}, "Url": "https://issuer.example/token", "Headers": { "X-Key": "canary" },
              "HeadersFromVariables": { "Authorization": "ISSUER_KEY" }, "AudienceParameter": "aud", "JsonField": "value",
              "TimeLimit": "00:00:05" }
            """,
            "the answer of issuer.example"
        },
        {
            $$"""
            { "Kind": "FederatedTokenCommand", {{App}}, "Command": "/usr/local/bin/agent", "Arguments": [ "oidc", "request-token" ],
              "JsonField": "token", "TimeLimit": "00:00:05" }
            """,
            "the output of '/usr/local/bin/agent'"
        },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_kind_makes_its_source(string json, string looksFor)
    {
        await using var provider = Build(json, options =>
        {
            options.AllowAssertionUrl = true;
            options.AllowAssertionCommand = true;
        });
        provider.GetRequiredService<ITokenAcquirer>();

        var planned = provider.GetRequiredService<IOptionsMonitor<WorkloadIdentityOptions>>().CurrentValue.Planned!;

        var text =
            (string?)typeof(Credential).GetProperty(
                "LooksFor", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(planned);
        Assert.Contains(looksFor, text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_source_is_tried_here()
    {
        var tried = string.Concat(Kinds.Select(row => (string)row[0]));

        Assert.All(FederatedKind.All, kind => Assert.Contains($"\"Kind\": \"{kind.Name}\"", tried, StringComparison.Ordinal));
        Assert.All(
            FederatedKind.All.SelectMany(kind => kind.Settings).Except(["IdentityResourceId"]),
            name => Assert.Contains($"\"{name}\":", tried, StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Bad => new()
    {
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "UseIdentityBinding": "canary" }""", "Id:UseIdentityBinding is "
            + "not true or false" },
        { $$"""{ "Kind": "GitHubActions", {{App}}, "TokenFile": "/canary" }""", "Id:TokenFile is not a setting of kind GitHubActions" },
        { $$"""{ "Kind": "GitHubActions", "ClientId": "{{Client}}" }""", "Id:TenantId is missing" },
        { """{ "Kind": "GitHubActions", "TenantId": "contoso.com", "ClientId": "canary" }""", "Id:ClientId cannot be used" },
        { $$"""{ "Kind": "FederatedCredential", {{App}} }""", "Id:Credential:Kind is missing" },
        { $$"""{ "Kind": "FederatedCredential", {{App}}, "Credential": "canary" }""", "Id:Credential:Kind is missing" },
        {
            $$"""{ "Kind": "FederatedCredential", {{App}}, "Credential": { "Kind": "ClientSecret", {{App}} } }""",
            "Id:Credential:ClientSecret is missing"
        },
        { $$"""{ "Kind": "FederatedTokenUrl", {{App}} }""", "Id:Url is missing" },
        { $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "canary" }""", "Id:Url is not an absolute URL" },
        { $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "http://issuer.example/" }""", "Id:Url cannot be used" },
        { $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "https://issuer.example/", "Headers": "canary" }""", "Id:Headers is a text" },
        {
            $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "https://issuer.example/", "Headers": { "X": [ "canary" ] } }""",
            "Id:Headers:X is empty or not a text"
        },
        { $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "https://issuer.example/", "TimeLimit": "01:00:00" }""", "Id:Url cannot be "
            + "used" },
        {
            $$"""{ "Kind": "FederatedTokenUrl", {{App}}, "Url": "https://issuer.example/", "Headers": { "X": "canary" } }""",
            "builder.Configure(options => options.AllowAssertionUrl = true)"
        },
        {
            $$"""
            { "Kind": "AgentIdentity", {{App}}, "AgentUser": "agent",
              "Blueprint": { "Kind": "ClientSecret", {{App}}, "ClientSecret": "canary" } }
            """,
            "Id:AgentUser cannot be used"
        },
        { $$"""{ "Kind": "FederatedTokenCommand", {{App}}, "Command": "agent" }""", "Id:Command cannot be used" },
        {
            $$"""{ "Kind": "FederatedTokenCommand", {{App}}, "Command": "/usr/bin/agent", "Arguments": [ "canary" ] }""",
            "builder.Configure(options => options.AllowAssertionCommand = true)"
        },
        {
            $$"""{ "Kind": "FederatedTokenCommand", {{App}}, "Command": "/usr/bin/agent", "AllowAssertionCommand": "true" }""",
            "Id:AllowAssertionCommand is not a setting"
        },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Wrong_settings_are_named_and_no_value_is_printed(string json, string expected)
    {
        await using var provider = Build(json);

        var exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>());

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.ToString(), StringComparison.Ordinal);
    }

    private ServiceProvider Build(string json, Action<WorkloadIdentityOptions>? configure = null)
    {
        var section =
            new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Id": {{json}} }""")))
                .Build().GetSection("Id");
        var services = new ServiceCollection();
        services.AddSingleton(_entra.Environment());
        var builder = services.AddWorkloadIdentity(section);
        if (configure is not null)
        {
            builder.Configure(configure);
        }

        return services.BuildServiceProvider();
    }
}
