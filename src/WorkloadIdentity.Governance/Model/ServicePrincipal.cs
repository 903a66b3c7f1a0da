using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// An identity in a tenant: of an application, of a managed identity or of an agent. See
/// <see href="https://learn.microsoft.com/graph/api/resources/serviceprincipal">servicePrincipal</see>.
/// </summary>
/// <remarks>Null means that Graph did not send the property.</remarks>
public sealed class ServicePrincipal
{
    /// <summary>
    /// <c>#microsoft.graph.agentIdentity</c> or <c>#microsoft.graph.agentIdentityBlueprintPrincipal</c> for agents; else null or
    /// <c>#microsoft.graph.servicePrincipal</c>.
    /// </summary>
    [JsonPropertyName("@odata.type")]
    public string? ODataType { get; init; }

    /// <summary>The object id.</summary>
    public ServicePrincipalId Id { get; init; }

    /// <summary>The application (client) id.</summary>
    public ClientId AppId { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What it stands for.</summary>
    public ServicePrincipalType? ServicePrincipalType { get; init; }

    /// <summary>The home tenant of the application.</summary>
    public string? AppOwnerOrganizationId { get; init; }

    /// <summary>Whether it may sign in.</summary>
    public bool? AccountEnabled { get; init; }

    /// <summary>Whether the application was deactivated for all tenants.</summary>
    public bool? IsDisabled { get; init; }

    /// <summary>Why Microsoft disabled it; null if it did not.</summary>
    public string? DisabledByMicrosoftStatus { get; init; }

    /// <summary>When it was created. Graph sends it although its schema does not list it.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }

    /// <summary>The application that created it; null if a user did.</summary>
    public ClientId? CreatedByAppId { get; init; }

    /// <summary>Who may sign in.</summary>
    public SignInAudience? SignInAudience { get; init; }

    /// <summary>Tags.</summary>
    public IReadOnlyList<string>? Tags { get; init => field = ExactList.Of(value); }

    /// <summary>What somebody noted.</summary>
    public string? Notes { get; init; }

    /// <summary>For a managed identity: the Azure resource, and <c>isExplicit=True</c> if the identity is user-assigned.</summary>
    public IReadOnlyList<string>? AlternativeNames { get; init => field = ExactList.Of(value); }

    /// <summary>The application permissions that this API offers.</summary>
    public IReadOnlyList<AppRole>? AppRoles { get; init => field = ExactList.Of(value); }

    /// <summary>Certificates and keys of the service principal itself.</summary>
    public IReadOnlyList<KeyCredential>? KeyCredentials { get; init => field = ExactList.Of(value); }

    /// <summary>Secrets of the service principal itself.</summary>
    public IReadOnlyList<PasswordCredential>? PasswordCredentials { get; init => field = ExactList.Of(value); }

    /// <summary>The blueprint of an agent identity.</summary>
    public string? AgentIdentityBlueprintId { get; init; }

    /// <summary>The owners, at most 20, if they were asked for.</summary>
    public IReadOnlyList<DirectoryObject>? Owners { get; init => field = ExactList.Of(value); }

    /// <summary>The sponsors of an agent identity, if they were asked for.</summary>
    public IReadOnlyList<DirectoryObject>? Sponsors { get; init => field = ExactList.Of(value); }

    /// <summary>The federated credentials of a managed identity, if they were asked for.</summary>
    public IReadOnlyList<FederatedCredential>? FederatedIdentityCredentials { get; init => field = ExactList.Of(value); }

    /// <summary>The custom security attributes, if they were asked for.</summary>
    public CustomSecurityAttributes? CustomSecurityAttributes { get; init; }
}
