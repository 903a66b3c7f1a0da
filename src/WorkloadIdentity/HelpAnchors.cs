using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>Where docs/errors.md explains a situation that its kind or category alone would not. Every anchor on one screen.</summary>
internal static class HelpAnchors
{
    public const string AcquisitionQueue = "acquisition-queue";
    public const string AgentUser = "agent-user";
    public const string ArcKeyFile = "arc-key-file";
    public const string AssertionAudience = "assertion-audience";
    public const string AssertionSource = "assertion-source";
    public const string AuthorizationHeader = "authorization-header";
    public const string Aws = "aws";
    public const string AzurePipelines = "azure-pipelines";
    public const string BoundTokens = "bound-tokens";
    public const string ClaimsChallenge = "claims-challenge";
    public const string ClientCertificate = "client-certificate";
    public const string ClientCertificateFile = "client-certificate-file";
    public const string ClientCertificateStore = "client-certificate-store";
    public const string ClientSecret = "client-secret";
    public const string ClientSecretFile = "client-secret-file";
    public const string Clock = "clock";
    public const string DeveloperLogin = "developer-login";
    public const string Environment = "environment";
    public const string FederatedTokenFile = "federated-token-file";
    public const string GitHubActions = "github-actions";
    public const string Google = "google";
    public const string GoogleMetadata = "google-metadata";
    public const string IdentityBinding = "identity-binding";
    public const string KeyVault = "key-vault";
    public const string KindNotAllowed = "kind-not-allowed";
    public const string ManagedIdentity = "managed-identity";
    public const string NoCredential = "no-credential";
    public const string NodeIdentity = "node-identity";
    public const string OptionalFile = "optional-file";
    public const string OriginNotAllowed = "origin-not-allowed";
    public const string Redirect = "redirect";
    public const string Scope = "scope";
    public const string SecondLevel = "second-level";
    public const string Spiffe = "spiffe";
    public const string TenantMissing = "tenant-missing";
    public const string TenantNotAllowed = "tenant-not-allowed";
    public const string TokenExchange = "token-exchange";
    public const string UnsupportedRequest = "unsupported-request";

    /// <summary>By its category when Entra gave one, otherwise by its kind.</summary>
    public static string For(TokenErrorKind kind, TokenErrorCategory category) =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(category == TokenErrorCategory.None ? kind.ToString() : category.ToString());
}
