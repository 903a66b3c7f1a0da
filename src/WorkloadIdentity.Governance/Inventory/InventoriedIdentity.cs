namespace WorkloadIdentity.Governance;

/// <summary>
/// One workload identity: a service principal together with its application, or an application that has no service principal here.
/// </summary>
/// <remarks>
/// Null means "not known": the section was not read (<see cref="TenantInventory.Sections"/> says why) or Graph did not send the value. An
/// empty list means that there is none.
/// </remarks>
public sealed record InventoriedIdentity
{
    /// <summary>The service principal; null for an application that has none in this tenant.</summary>
    public ServicePrincipalId? Id { get; init; }

    /// <summary>The application's object; null if the application is registered in another tenant, or there is none.</summary>
    public ApplicationObjectId? ApplicationId { get; init; }

    /// <summary>The application (client) id.</summary>
    public required ClientId ClientId { get; init; }

    /// <summary>The name; the client id if it has none.</summary>
    public required string DisplayName { get; init; }

    /// <summary>What the identity is.</summary>
    public required IdentityKind Kind { get; init; }

    /// <summary>Graph's word for <see cref="Kind"/>.</summary>
    public ServicePrincipalType? ServicePrincipalType { get; init; }

    /// <summary>Whether it can sign in: the account is enabled and nobody disabled the application.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>Why Microsoft disabled the application; null if it did not.</summary>
    public string? DisabledByMicrosoft { get; init; }

    /// <summary>When it was created in this tenant.</summary>
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>The application that created it; null if a user did or it is not known.</summary>
    public ClientId? CreatedBy { get; init; }

    /// <summary>The tenant where the application is registered.</summary>
    public string? HomeTenantId { get; init; }

    /// <summary>Whether that is another tenant than the inventory's.</summary>
    public bool? IsFromOtherTenant { get; init; }

    /// <summary>Who may sign in to the application.</summary>
    public SignInAudience? SignInAudience { get; init; }

    /// <summary>The Azure resource of a managed identity.</summary>
    public AzureResource? AzureResource { get; init; }

    /// <summary>The blueprint of an agent identity.</summary>
    public string? AgentBlueprintId { get; init; }

    /// <summary>Tags of the application and the service principal.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What somebody noted.</summary>
    public string? Notes { get; init; }

    /// <summary>A reference to the application in a service catalogue.</summary>
    public string? ServiceManagementReference { get; init; }

    /// <summary>Owners and sponsors, each with its source.</summary>
    public IReadOnlyList<IdentityOwner>? Owners { get; init; }

    /// <summary>Secrets, certificates and keys of the application and of the service principal.</summary>
    public IReadOnlyList<InventoriedCredential> Credentials { get; init; } = [];

    /// <summary>Federated credentials.</summary>
    public IReadOnlyList<FederatedCredential>? Federations { get; init; }

    /// <summary>Application permissions that it holds. Identities that hold the same permission share the object.</summary>
    public IReadOnlyList<HeldAppRole>? AppRoles { get; init; }

    /// <summary>Consents to act for users.</summary>
    public IReadOnlyList<InventoriedGrant>? DelegatedGrants { get; init; }

    /// <summary>Directory roles, active and eligible.</summary>
    public IReadOnlyList<HeldDirectoryRole>? DirectoryRoles { get; init; }

    /// <summary>When it signed in last.</summary>
    public IdentityActivity? Activity { get; init; }

    /// <summary>Its risk.</summary>
    public IdentityRisk? Risk { get; init; }

    /// <summary>Its custom security attributes.</summary>
    public CustomSecurityAttributes? CustomSecurityAttributes { get; init; }

    /// <summary>Name and client id.</summary>
    public override string ToString() => $"{DisplayName} ({ClientId})";
}
