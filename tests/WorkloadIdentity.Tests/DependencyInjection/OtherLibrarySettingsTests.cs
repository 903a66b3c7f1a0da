using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkloadIdentity.Tests;

/// <summary>
/// Settings of other libraries are recognised and refused with how they read here; none is taken, and no value is printed.
/// </summary>
public sealed class OtherLibrarySettingsTests
{
    private const string App = "\"TenantId\": \"canary-tenant\", \"ClientId\": \"canary-client\"";

    [Theory]
    [InlineData("ClientSecret", "\"Kind\": \"ClientSecret\"")]
    [InlineData("Path", "CertificateDiskPath as CertificateFile")]
    [InlineData("Base64Encoded", "Base64EncodedValue as Certificate")]
    [InlineData("StoreWithThumbprint", "CertificateStorePath as CertificateStore")]
    [InlineData("storewithdistinguishedname", "CertificateDistinguishedName as CertificateSubject")]
    [InlineData("KeyVault", "\"Kind\": \"KeyVaultCertificate\" (package WorkloadIdentity.KeyVault")]
    [InlineData(
        "SignedAssertionFromManagedIdentity", "\"Kind\": \"ManagedIdentityFederation\", with ManagedIdentityClientId as IdentityClientId")]
    [InlineData("SignedAssertionFilePath", "\"Kind\": \"FederatedTokenFile\"")]
    [InlineData("CustomSignedAssertion", ".UseFederation(tenantId, clientId, source)")]
    [InlineData("canary", "one of the kinds in docs/credentials.md")]
    public void A_section_of_Microsoft_Identity_Web_is_translated(string sourceType, string expected)
    {
        var message =
            Refusal(
                $$"""
                { "Instance": "https://canary.example/", {{App}}, "ClientCredentials": [ { "SourceType": "{{sourceType}}",
                  "ClientSecret": "canary" } ] }
                """);

        Assert.Contains(
            "Identity:ClientCredentials:0:SourceType is a setting of Microsoft.Identity.Web, which is not read here. Write instead: ",
            message,
            StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("Identity:Instance is a setting of Microsoft.Identity.Web", message, StringComparison.Ordinal);
        Assert.Contains("Help: wid explain from-microsoft-identity-web", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_client_credentials_become_a_chain_that_works_in_a_pod_and_on_a_laptop()
    {
        var message =
            Refusal(
                $$"""
                { {{App}}, "ClientCredentials": [ { "SourceType": "SignedAssertionFilePath" },
                  { "SourceType": "ClientSecret", "ClientSecret": "canary" } ] }
                """);

        Assert.Contains("Identity:ClientCredentials is a setting of Microsoft.Identity.Web", message, StringComparison.Ordinal);
        Assert.Contains(
            "A FederatedTokenFile without TokenFile is absent where AZURE_FEDERATED_TOKEN_FILE", message, StringComparison.Ordinal);
        Assert.Contains("\"Optional\": true is absent where its file does not exist", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("managedidentity", "\"Kind\": \"ManagedIdentity\"")]
    [InlineData("ManagedIdentityCredential", "\"Kind\": \"ManagedIdentity\"")]
    [InlineData("WorkloadIdentityCredential", "TokenFilePath as TokenFile")]
    [InlineData("managedidentityasfederatedidentity", "\"Kind\": \"ManagedIdentityFederation\"")]
    [InlineData("ManagedIdentityAsFederatedIdentityCredential", "\"Kind\": \"ManagedIdentityFederation\"")]
    [InlineData("azurepipelines", "\"Kind\": \"AzurePipelines\"")]
    [InlineData("EnvironmentCredential", "[\"secret\", \"certificate\"]")]
    [InlineData("AzureCli", ".AddDeveloperCredentials(builder.Environment)")]
    [InlineData("AzureDeveloperCliCredential", ".AddDeveloperCredentials(builder.Environment)")]
    [InlineData("ChainedTokenCredential", "Sources as Credentials")]
    [InlineData("ApiKey", "a key is not a token")]
    [InlineData("canary", "one of the kinds in docs/credentials.md")]
    public void A_credential_of_Azures_clients_is_translated(string source, string expected)
    {
        foreach (var name in new[] { "CredentialSource", "credential" })
        {
            var message = Refusal($$"""{ "{{name}}": "{{source}}", {{App}} }""");

            Assert.Contains(" is a setting of Azure's clients, which is not read here. Write instead: ", message, StringComparison.Ordinal);
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.Contains("Help: wid explain from-azure-identity", message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(
        """{ "Kind": "ClientSecret", "Instance": "https://canary.example/" }""",
        "Identity:Instance",
        "AuthorityHost, and only for another cloud")]
    [InlineData(
        """{ "ClientCertificates": [ { "SourceType": "Path" } ] }""",
        "Identity:ClientCertificates:0:SourceType",
        "CertificateDiskPath as CertificateFile")]
    [InlineData("""{ "SendX5C": true }""", "Identity:SendX5C", "SendCertificateChain")]
    [InlineData("""{ "ClientCapabilities": [ "cp1" ] }""", "Identity:ClientCapabilities", "ContinuousAccess")]
    [InlineData("""{ "ClientCertificate": "canary" }""", "Identity:ClientCertificate", "CertificateThumbprint")]
    [InlineData("""{ "ManagedIdentityResourceId": "canary" }""", "Identity:ManagedIdentityResourceId", "with ResourceId")]
    [InlineData(
        """{ "managedIdentityIdKind": "canary", "managedIdentityId": "canary" }""",
        "Identity:ManagedIdentityId ",
        "as ManagedIdentityIdKind says")]
    [InlineData("""{ "azureCloud": "canary" }""", "Identity:AzureCloud", "AuthorityHost")]
    [InlineData(
        """{ "AzureAd": { "Instance": "https://canary.example/" } }""",
        "Identity:AzureAd is a section of Microsoft.Identity.Web",
        "Pass a section of your own")]
    [InlineData(
        """{ "Kind": "Chain", "Credentials": [ { "CredentialSource": "AzureCli" } ] }""",
        "Identity:Credentials:0:CredentialSource",
        "AddDeveloperCredentials")]
    public void A_setting_of_theirs_is_told_wherever_it_stands(string json, string place, string expected)
    {
        var message = Refusal(json);

        Assert.Contains(place, message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    /// <summary>A setting of ours that bears the name of one of theirs would be refused.</summary>
    [Fact]
    public void No_setting_of_ours_is_taken_for_one_of_theirs()
    {
        Assert.All(
            AllKinds(),
            kind => Assert.All(kind.Settings.Concat(IdentitySection.SettingNames).Where(setting => setting != "Credential"), setting =>
        {
            var problems = new List<string>();
            var section =
                new ConfigurationBuilder().AddInMemoryCollection(
                    new Dictionary<string, string?> { [setting] = "text", ["Kind"] = kind.Name }).Build();

            Assert.False(OtherLibrarySettings.Refuse(new SectionReader(section, problems), own: []), string.Join('\n', problems));
        }));
    }

    [Fact]
    public void A_setting_of_a_packages_own_kind_may_bear_any_name()
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentityKind(
            "Robot", ["Instance", "Credential", "Domain"], section => Testing.FakeCredential.Issuing(section.Required("Instance")));
        services.AddWorkloadIdentity(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [
            "Kind"] = "robot",
            ["instance"] = "x",
            ["Credential"] = "ApiKey",
            ["Domain"] = "y"
        }).Build());
        using var provider = services.BuildServiceProvider();

        Assert.NotNull(provider.GetRequiredService<ITokenAcquirer>());
    }

    private static IEnumerable<CredentialKind> AllKinds() =>
        CredentialKind.All.Concat(new ServiceCollection().AddKeyVaultKinds()
            .Select(service => service.ImplementationInstance)
            .OfType<CredentialKind>());

    /// <summary>What a translation says to write, there is.</summary>
    [Fact]
    public void Translations_name_kinds_that_exist()
    {
        var kinds = AllKinds().Select(kind => kind.Name).ToHashSet();
        var named =
            System.Text.RegularExpressions.Regex.Matches(
                Repository.Read("src/WorkloadIdentity/DependencyInjection/OtherLibrarySettings.cs"),
                "Kind\\\\\": \\\\\"([A-Za-z]+)\\\\\"").Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.Contains(name, kinds));
    }

    private static string Refusal(string json)
    {
        var services = new ServiceCollection();
        services.AddWorkloadIdentity(new ConfigurationBuilder().AddJsonStream(
            new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Identity": {{json}} }"""))).Build().GetSection("Identity"));
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<ITokenAcquirer>()).Message;

        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
        Assert.DoesNotContain("is missing", message, StringComparison.Ordinal);
        return message;
    }
}
