using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>Assertion sources that configuration describes.</summary>
public sealed class AssertionKindTests
{
    private const string Tenant = EntraFake.Tenant;
    private const string Client = EntraFake.ClientId;
    private const string Identity = "0d3c1a52-9c0f-4d0e-8a54-6f1f6f0d2b11";
    private static readonly string App = $"\"TenantId\": \"{Tenant}\", \"ClientId\": \"{Client}\"";

    private readonly EntraFake _entra = new();

    public static TheoryData<string, string> Kinds => new()
    {
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "Audience": "api://other", "PropagationTolerance": "00:05:00" }""", "the token file '/t'" },
        { $$"""{ "Kind": "FederatedGitHubActions", {{App}} }""", "the id token of a job of GitHub Actions" },
        { $$"""{ "Kind": "FederatedAzurePipelines", {{App}}, "ServiceConnectionId": "{{Identity}}" }""", "the id token of a job of Azure Pipelines" },
        { $$"""{ "Kind": "FederatedAzurePipelines", {{App}} }""", "the id token of a job of Azure Pipelines" },
        { $$"""{ "Kind": "FederatedVariable", {{App}}, "Variable": "GITLAB_OIDC_TOKEN" }""", "the token in the variable GITLAB_OIDC_TOKEN" },
        { $$"""{ "Kind": "FederatedGoogle", {{App}} }""", "an identity token of Google's metadata server" },
        { $$"""{ "Kind": "FederatedManagedIdentity", {{App}}, "ManagedIdentityClientId": "{{Identity}}" }""", "a token of this host's managed identity" },
        { $$"""{ "Kind": "FederatedManagedIdentity", "MultiTenant": true, "ClientId": "{{Client}}", "ManagedIdentityObjectId": "{{Identity}}" }""", "a token of this host's managed identity" },
        { $$"""{ "Kind": "FederatedCredential", {{App}}, "FmiPath": "a/b", "Credential": { "Kind": "ClientSecret", {{App}}, "ClientSecret": "canary" } }""", "a token of 'client secret' for the exchange" },
        { $$"""{ "Kind": "AgentIdentity", {{App}}, "Blueprint": { "Kind": "ClientCertificate", "MultiTenant": true, "ClientId": "{{Identity}}", "CertificateFile": "/c" } }""", "a token of the blueprint ('client certificate')" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "https://issuer.example/token", "Headers": { "X-Key": "canary" }, "HeadersFromVariables": { "Authorization": "ISSUER_KEY" }, "AudienceParameter": "aud", "JsonField": "value", "TimeLimit": "00:00:05" }""", "the answer of issuer.example" },
        { $$"""{ "Kind": "FederatedCommand", {{App}}, "Command": "/usr/local/bin/agent", "Arguments": [ "oidc", "request-token" ], "JsonField": "token", "TimeLimit": "00:00:05" }""", "the output of '/usr/local/bin/agent'" },
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

        var text = (string?)typeof(Credential).GetProperty("LooksFor", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(planned);
        Assert.Contains(looksFor, text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_source_is_tried_here()
    {
        var tried = string.Concat(Kinds.Select(row => (string)row[0]));

        Assert.All(AssertionKind.All, kind => Assert.Contains($"\"Kind\": \"{kind.Name}\"", tried, StringComparison.Ordinal));
        Assert.All(AssertionKind.All.SelectMany(kind => kind.Settings).Except(["UseIdentityBinding", "ManagedIdentityResourceId"]), name => Assert.Contains($"\"{name}\":", tried, StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Bad => new()
    {
        { $$"""{ "Kind": "FederatedTokenFile", {{App}} }""", "Id:TokenFile is missing" },
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "PropagationTolerance": "01:00:00" }""", "Id:PropagationTolerance is not between zero and 15 minutes" },
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "PropagationTolerance": "canary" }""", "Id:PropagationTolerance is not a time" },
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "Audience": "canary\n" }""", "Id:Audience cannot be used" },
        { $$"""{ "Kind": "FederatedTokenFile", {{App}}, "TokenFile": "/t", "UseIdentityBinding": "canary" }""", "Id:UseIdentityBinding is not true or false" },
        { $$"""{ "Kind": "FederatedGitHubActions", {{App}}, "TokenFile": "/canary" }""", "Id:TokenFile is not a setting of kind FederatedGitHubActions" },
        { $$"""{ "Kind": "FederatedGitHubActions", "ClientId": "{{Client}}" }""", "Id:TenantId is missing" },
        { """{ "Kind": "FederatedGitHubActions", "TenantId": "contoso.com", "ClientId": "canary" }""", "Id:ClientId cannot be used" },
        { $$"""{ "Kind": "FederatedAzurePipelines", {{App}}, "ServiceConnectionId": "canary" }""", "Id:ServiceConnectionId cannot be used" },
        { $$"""{ "Kind": "FederatedVariable", {{App}} }""", "Id:Variable is missing" },
        { $$"""{ "Kind": "FederatedVariable", {{App}}, "Variable": "A=canary" }""", "Id:Variable cannot be used" },
        { $$"""{ "Kind": "FederatedManagedIdentity", {{App}} }""", "Id:ManagedIdentityClientId is missing" },
        { $$"""{ "Kind": "FederatedManagedIdentity", {{App}}, "ManagedIdentityClientId": "canary" }""", "Id:ManagedIdentityClientId cannot be used" },
        { $$"""{ "Kind": "FederatedManagedIdentity", {{App}}, "ManagedIdentityClientId": "{{Identity}}", "ManagedIdentityObjectId": "{{Identity}}" }""", "Id:ManagedIdentityObjectId names an identity where ManagedIdentityClientId names one already" },
        { $$"""{ "Kind": "FederatedCredential", {{App}} }""", "Id:Credential is missing" },
        { $$"""{ "Kind": "FederatedCredential", {{App}}, "Credential": "canary" }""", "Id:Credential is missing" },
        { $$"""{ "Kind": "FederatedCredential", {{App}}, "Credential": { "Kind": "ClientSecret", {{App}} } }""", "Id:Credential:ClientSecret is missing" },
        { $$"""{ "Kind": "AgentIdentity", {{App}}, "Blueprint": { "TenantId": "canary" } }""", "Id:Blueprint:Kind is missing" },
        { $$"""{ "Kind": "FederatedUrl", {{App}} }""", "Id:Url is missing" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "canary" }""", "Id:Url is not an absolute URL" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "http://issuer.example/" }""", "Id:Url cannot be used" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "https://issuer.example/", "Headers": "canary" }""", "Id:Headers is a text" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "https://issuer.example/", "Headers": { "X": [ "canary" ] } }""", "Id:Headers:X is empty, or no text" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "https://issuer.example/", "TimeLimit": "01:00:00" }""", "Id:Url cannot be used" },
        { $$"""{ "Kind": "FederatedUrl", {{App}}, "Url": "https://issuer.example/", "Headers": { "X": "canary" } }""", "builder.Configure(options => options.AllowAssertionUrl = true)" },
        { $$"""{ "Kind": "FederatedCommand", {{App}}, "Command": "agent" }""", "Id:Command cannot be used" },
        { $$"""{ "Kind": "FederatedCommand", {{App}}, "Command": "/usr/bin/agent", "Arguments": [ "canary" ] }""", "builder.Configure(options => options.AllowAssertionCommand = true)" },
        { $$"""{ "Kind": "FederatedCommand", {{App}}, "Command": "/usr/bin/agent", "AllowAssertionCommand": "true" }""", "Id:AllowAssertionCommand is not a setting" },
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

    [Fact]
    public async Task What_is_configured_is_what_is_sent()
    {
        _entra.Variables["GITLAB_OIDC_TOKEN"] = EntraFake.Jwt("project_path:shop/orders");
        await using var provider = Build($$"""{ "Kind": "FederatedVariable", {{App}}, "Variable": "GITLAB_OIDC_TOKEN" }""", options => options.EntraHttpClient = _entra.Issues().Server.Client);

        await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EntraFake.Scope));

        Assert.Equal(_entra.Variables["GITLAB_OIDC_TOKEN"], _entra.Server.Requests[0].Form["client_assertion"]);
    }

    [Fact]
    public async Task An_agent_identity_asks_with_the_token_of_its_blueprint()
    {
        using var entra = new FakeServer();
        entra.Answer(HttpStatusCode.OK, EntraFake.Token(EntraFake.Jwt("blueprint"))).Answer(HttpStatusCode.OK, EntraFake.Token("of-the-agent"));
        await using var provider = Build(
            $$"""{ "Kind": "AgentIdentity", {{App}}, "Blueprint": { "Kind": "ClientSecret", "MultiTenant": true, "ClientId": "{{Identity}}", "ClientSecret": "blueprint-secret" } }""",
            options => options.EntraHttpClient = entra.Client);

        var token = await provider.GetRequiredService<ITokenAcquirer>().GetTokenAsync(new TokenRequest(EntraFake.Scope));

        Assert.Equal("of-the-agent", token.Value);
        Assert.Equal((Identity, Client), (entra.Requests[0].Form["client_id"], entra.Requests[0].Form["fmi_path"]));
        Assert.Equal((Client, EntraFake.Jwt("blueprint")), (entra.Requests[1].Form["client_id"], entra.Requests[1].Form["client_assertion"]));
    }

    private ServiceProvider Build(string json, Action<WorkloadIdentityOptions>? configure = null)
    {
        var section = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "Id": {{json}} }"""))).Build().GetSection("Id");
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
