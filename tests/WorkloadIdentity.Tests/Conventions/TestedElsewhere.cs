namespace WorkloadIdentity.Tests;

/// <summary>Code that tests of another name hold, because it works only as a part of what they are about.</summary>
internal static class TestedElsewhere
{
    /// <summary>The tests of each file, both without their endings. A file is named from <c>src</c> on.</summary>
    public static IReadOnlyDictionary<string, string> By { get; } = (
        from tests in Tests
        from file in tests.Files.Split(' ')
        select (File: $"{tests.Folder}/{file}", Path: $"tests/WorkloadIdentity.Tests/{tests.Name}.cs"))
        .ToDictionary(row => row.File, row => row.Path);

    private static IReadOnlyList<(string Name, string Folder, string Files)> Tests =>
    [
        ("ErrorsPageTests", "WorkloadIdentity", "HelpAnchors HelpPage"),
        ("ClientAuthentication/CertificateContentTests", "WorkloadIdentity/ClientAuthentication",
            "CertificateParser KeyProtection PemBlock PfxParser PrivateKeyResult"),
        ("ClientAuthentication/CertificateStoreTests", "WorkloadIdentity/ClientAuthentication", "StoredCertificate"),
        ("ClientAuthentication/KeyMaterialTests", "WorkloadIdentity/ClientAuthentication", "EncodedBytes"),
        ("ClientAuthentication/ClientCertificateAuthenticationTests", "WorkloadIdentity/ClientAuthentication",
            "ClientAuthentication FixedCertificate RsaKeys SigningCertificate TokenExchange TokenRequestForm"),
        ("ClientAuthentication/ClientSecretAuthenticationTests", "WorkloadIdentity/ClientAuthentication", "FileAuthentication"),
        ("ClientAuthentication/FederatedAuthenticationTests", "WorkloadIdentity/Assertions", "AssertionRequest"),
        ("Assertions/AssertionResultTests", "WorkloadIdentity/Assertions", "CallbackAssertionSource"),
        ("Assertions/CommandAssertionSourceTests", "WorkloadIdentity/Assertions", "CommandRun"),
        ("Assertions/CredentialAssertionSourceTests", "WorkloadIdentity/Assertions",
            "AgentIdentityAssertionSource ManagedIdentityAssertionSource"),
        ("Assertions/FederationTests", "WorkloadIdentity/Assertions", "PlatformFileAssertionSource"),
        ("Assertions/UrlAssertionSourceTests", "WorkloadIdentity/Assertions", "AssertionClient AssertionEndpoint"),
        ("Acquirer/TokenAcquirerTests", "WorkloadIdentity/Acquirer",
            "AcquirerSetup AcquisitionRunner InFlightAcquisition OnBehalfOfCache SharedTokens TokenAcquirerOptions"),
        ("Acquirer/TokenAcquirerTests", "WorkloadIdentity/Acquirer", "TokenCache TokenCacheEntry"),
        ("Platform/TelemetryTests", "WorkloadIdentity/Acquirer", "AcquirerTelemetry"),
        ("DependencyInjection/WorkloadIdentityHealthCheckTests", "WorkloadIdentity/Acquirer", "ResourceHealth"),
        ("Application/TokenEndpointTests", "WorkloadIdentity/Platform", "Backchannel"),
        ("Http/AccessTokenHandlerTests", "WorkloadIdentity/Http", "AccessTokenHandlerOptions"),
        ("Http/TokenRequestSelectorTests", "WorkloadIdentity/Http", "AccessTokenRequestExtensions RequestTokenOptions"),
        ("DependencyInjection/AddAccessTokenTests", "WorkloadIdentity/Http", "OriginalUriHandler"),
        ("Platform/TelemetryTests", "WorkloadIdentity/Http", "ChallengeMetrics"),
        ("ManagedIdentity/ManagedIdentityCredentialTests", "WorkloadIdentity/ManagedIdentity",
            "ManagedIdentityCredentialOptions ManagedIdentityHost ManagedIdentityRequest"),
        ("ManagedIdentity/ManagedIdentityHostTableTests", "WorkloadIdentity/ManagedIdentity", "UnusableHost"),
        ("DefaultChain/DefaultCredentialsTests", "WorkloadIdentity/DefaultChain",
            "DefaultChainBuilder DefaultChainFilter DefaultCredentialsOptions EnvironmentApplication UnusableCredential"),
        ("DependencyInjection/WorkloadIdentityBuilderTests", "WorkloadIdentity/DependencyInjection",
            "CredentialDependencies IdentityAcquirer IdentityValidator RegisteredIdentity WorkloadIdentityExtensions"),
        ("DependencyInjection/WorkloadIdentityBuilderTests", "WorkloadIdentity/DependencyInjection", "WorkloadIdentityOptions"),
        ("DependencyInjection/AddAccessTokenTests", "WorkloadIdentity/DependencyInjection", "RegisteredClient RegisteredClientValidator"),
        ("Http/TokenExitTests", "WorkloadIdentity/DependencyInjection", "TokenExitFilter"),
        ("DependencyInjection/IdentitySectionTests", "WorkloadIdentity/DependencyInjection",
            "ApplicationSettings CertificateSettings CredentialSection SectionReader"),
        ("DependencyInjection/FederatedSettingsTests", "WorkloadIdentity/DependencyInjection", "AssertionServerSettings"),
        ("DependencyInjection/UseTokenStoreTests", "WorkloadIdentity/DependencyInjection", "TokenStoreCheck"),
        ("Application/ApplicationCredentialTests", "WorkloadIdentity/Application", "ApplicationCredentialOptions RequestCheck"),
        ("Application/FederatedCredentialAdviceTests", "WorkloadIdentity/Application", "FederatedCredentialRecipe KnownFederationProblems"),
        ("Application/TokenRefusalTests", "WorkloadIdentity/Application", "OAuthError"),
        ("Azure/AcquirerTokenCredentialTests", "WorkloadIdentity.Azure", "RequestedToken TokenCredentialExtensions"),
        ("Azure/AzureCredentialTests", "WorkloadIdentity.Azure", "AuthenticationErrors ForeignFailure"),
        ("Developer/DeveloperCredentialTests", "WorkloadIdentity.Developer",
            "AzureCli AzureDeveloperCli DeveloperCredentialOptions DeveloperTool RefusedLogin ToolJson ToolPath ToolProcess ToolQuestion"),
        ("Developer/DeveloperCredentialTests", "WorkloadIdentity.Developer", "ToolRefusal ToolStream ToolText ToolToken"),
        ("Developer/DeveloperInDefaultChainTests", "WorkloadIdentity.Developer",
            "DefaultChainExtensions WorkloadIdentityDeveloperExtensions"),
        ("DistributedCache/CacheHealthTests", "WorkloadIdentity.DistributedCache", "Circuit LimitedCall"),
        ("DistributedCache/DeadShardTests", "WorkloadIdentity.DistributedCache", "LimitedCache"),
        ("DistributedCache/DistributedTokenStoreTests", "WorkloadIdentity.DistributedCache", "StoredToken StoreEntry"),
        ("DistributedCache/FleetLeaseTests", "WorkloadIdentity.DistributedCache", "LeaseNotes"),
        ("DistributedCache/TokenProtectionTests", "WorkloadIdentity.DistributedCache", "AesGcmProtection DataProtection EncryptionKey"),
        ("DistributedCache/WorkloadIdentityDistributedCacheExtensionsTests", "WorkloadIdentity.DistributedCache",
            "DistributedTokenStoreOptions"),
        ("Governance/Model/OpenTextTests", "WorkloadIdentity.Governance/Model",
            "ApplicationObjectId ClientId ConditionalAccessState OpenTextConverter RiskEventType RiskLevel RiskState"),
        ("Governance/Model/OpenTextTests", "WorkloadIdentity.Governance/Model", "ServicePrincipalId ServicePrincipalType SignInAudience"),
        ("Governance/Model/AccessReviewTests", "WorkloadIdentity.Governance/Model", "AccessReviewScope"),
        ("Governance/Model/CustomSecurityAttributesTests", "WorkloadIdentity.Governance/Model", "CustomSecurityAttributesConverter"),
        ("Governance/Inventory/TenantInventoryTests", "WorkloadIdentity.Governance/Inventory", "InventorySection SectionAccess"),
        ("KeyVault/VaultErrorTests", "WorkloadIdentity.KeyVault", "VaultAnswer VaultResponse VaultSecretSource"),
        ("KeyVault/VaultVersionsTests", "WorkloadIdentity.KeyVault", "VaultAttributes VaultItem"),
        ("KeyVault/VaultCertificateSourceTests", "WorkloadIdentity.KeyVault", "VaultLinks"),
        ("KeyVault/WorkloadIdentityKeyVaultExtensionsTests", "WorkloadIdentity.KeyVault",
            "KeyVaultKinds RegisteredVault Vault VaultOptions"),
        ("Npgsql/TokenPasswordTests", "WorkloadIdentity.Npgsql", "NpgsqlDataSourceBuilderExtensions NpgsqlTokenOptions"),
    ];
}
