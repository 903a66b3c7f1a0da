using Azure.Identity;
using Microsoft.Identity.Client;
using Microsoft.Identity.Web;

namespace MigrationGuide;

/// <summary>What docs/alternatives.md says that other libraries have: each is named here, so that it is known to be there.</summary>
internal static class Alternatives
{
    public static IReadOnlyList<string> AzureIdentity =>
    [
        nameof(InteractiveBrowserCredential), nameof(DeviceCodeCredential), nameof(VisualStudioCredential),
        nameof(AzurePowerShellCredential), nameof(AzureCliCredential), nameof(AzureDeveloperCliCredential),
        nameof(ManagedIdentityCredential), nameof(ClientSecretCredential), nameof(ClientCertificateCredential),
        nameof(WorkloadIdentityCredential), nameof(ClientAssertionCredential), nameof(AzurePipelinesCredential),
        nameof(OnBehalfOfCredential), nameof(TokenCachePersistenceOptions),
    ];

    public static IReadOnlyList<string> Msal =>
    [
        nameof(PublicClientApplicationBuilder), nameof(ManagedIdentityApplicationBuilder),
        nameof(ConfidentialClientApplicationBuilder.WithClientAssertion), nameof(ConfidentialClientApplicationBuilder.WithAzureRegion),
        nameof(IConfidentialClientApplication.AcquireTokenOnBehalfOf), nameof(ILongRunningWebApi.InitiateLongRunningProcessInWebApi),
        nameof(AcquireTokenForClientParameterBuilder.WithMtlsProofOfPossession), nameof(AcquireTokenForClientParameterBuilder.WithClaims),
        nameof(ITokenCache.SetBeforeAccessAsync),
    ];

    public static IReadOnlyList<string> IdentityWeb =>
    [
        nameof(MicrosoftIdentityWebAppServiceCollectionExtensions.AddMicrosoftIdentityWebAppAuthentication),
        nameof(MicrosoftIdentityWebApiAuthenticationBuilderExtensions.AddMicrosoftIdentityWebApi),
        nameof(MicrosoftIdentityMessageHandler), nameof(MicrosoftIdentityMessageHandlerOptions), nameof(AuthorizeForScopesAttribute),
        nameof(ITokenAcquisition),
    ];
}
