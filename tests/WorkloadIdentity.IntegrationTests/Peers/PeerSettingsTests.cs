using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Every setting that Microsoft.Identity.Web and Azure's clients have, read off their own assemblies where they can be, is refused with its
/// translation in a section of ours, or is one of ours.
/// </summary>
public sealed class PeerSettingsTests
{
    // What they share with us, and what only code can set.
    private static readonly string[] Shared =
    [
        "TenantId", "ClientId", "ClientSecret", "Audience", "ServiceConnectionId", "SendCertificateChain", "AuthorityHost",
        "AdditionallyAllowedTenants", "Sources",
    ];
    private static readonly string[] InCode = ["Certificate", "CachedValue", "Name", "Id", "Skip", "Algorithm"];

    // Translated with the SourceType they belong to.
    private static readonly string[] OfSourceTypes =
    [
        "SourceType", "KeyVaultUrl", "KeyVaultCertificateName", "CertificateStorePath", "CertificateDistinguishedName",
        "CertificateSubjectName", "CertificateThumbprint",
        "CertificateDiskPath", "CertificatePassword", "Base64EncodedValue", "SignedAssertionFileDiskPath",
    ];

    // DefaultAzureCredentialOptions and TokenCredentialOptions of Azure.Core 1.64.0 read these out of a section; no type declares them.
    private static readonly string[] OfAzure =
    [
        "CredentialSource", "AdditionallyAllowedTenants", "AuthenticationRecord", "AuthorityHost", "AzureCloud", "BrowserCustomization",
        "ClientCertificatePassword",
        "ClientCertificatePath", "ClientId", "ClientSecret", "Diagnostics", "DisableAutomaticAuthentication", "DisableInstanceDiscovery",
        "EnableMtlsProofOfPossession",
        "IsAzureProxyEnabled", "IsChainedCredential", "IsLegacyMsaPassthroughEnabled", "IsUnsafeSupportLoggingEnabled", "Key", "LoginHint",
        "ManagedIdentityId",
        "ManagedIdentityIdKind", "ProcessTimeout", "RedirectUri", "SendCertificateChain", "ServiceConnectionId", "Sources", "Subscription",
        "SystemAccessToken", "TenantId",
        "TokenCachePersistenceOptions", "TokenFilePath", "UseDefaultBrokerAccount",
    ];

    private static readonly string[] SourcesOfAzure =
    [
        "InteractiveBrowser", "VisualStudioCode", "WorkloadIdentity", "ChainedToken", "VisualStudio", "AzureCli", "AzurePowerShell",
        "ManagedIdentity", "AzureDeveloperCli",
        "Environment", "Broker", "ApiKey", "AzurePipelines", "ManagedIdentityAsFederatedIdentity",
    ];

    public static TheoryData<string> Settings =>
    [
        .. PackageAssembly.Abstractions.Settings("CredentialDescription")
            .Concat(PackageAssembly.Abstractions.Settings("IdentityApplicationOptions"))
            .Concat(PackageAssembly.Abstractions.Settings("MicrosoftEntraApplicationOptions"))
            .Concat(PackageAssembly.Abstractions.Settings("MicrosoftIdentityApplicationOptions"))
            .Concat(PackageAssembly.IdentityWeb.Settings("MicrosoftIdentityOptions"))
            .Concat(["ProtocolScheme", "RequestAppToken", "BaseUrl", "RelativePath", "Scopes", "AcquireTokenOptions"])
            .Concat(OfAzure)
            .Except([.. Shared, .. InCode, .. OfSourceTypes])
            .Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Settings))]
    public void A_setting_of_theirs_is_refused_with_its_translation(string name)
    {
        var asText = new Dictionary<string, string?> { [name] = "text" };
        var asSection = new Dictionary<string, string?> { [$"{name}:0:x"] = "text" };

        Assert.True(
            IsTranslated(asText) || IsTranslated(asSection),
            $"{name} is a setting of theirs without a translation in OtherLibrarySettings.");
    }

    public static TheoryData<string> SourceTypes => [.. PackageAssembly.Abstractions.Values("CredentialSource")];

    [Theory]
    [MemberData(nameof(SourceTypes))]
    public void A_source_type_of_theirs_is_translated(string value) =>
        Assert.DoesNotContain(
            "one of the kinds in", Refusal(new() { ["ClientCredentials:0:SourceType"] = value }), StringComparison.Ordinal);

    public static TheoryData<string> CredentialSources => [.. SourcesOfAzure, .. SourcesOfAzure.Select(source => $"{source}Credential")];

    [Theory]
    [MemberData(nameof(CredentialSources))]
    public void A_credential_source_of_theirs_is_translated(string value) =>
        Assert.DoesNotContain("one of the kinds in", Refusal(new() { ["CredentialSource"] = value }), StringComparison.Ordinal);

    private static bool IsTranslated(Dictionary<string, string?> settings) =>
        Refusal(settings).Contains("Write instead", StringComparison.Ordinal);

    private static string Refusal(Dictionary<string, string?> settings)
    {
        var problems = new List<string>();
        OtherLibrarySettings.Refuse(
            new SectionReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), problems), own: []);
        return string.Join('\n', problems);
    }
}
