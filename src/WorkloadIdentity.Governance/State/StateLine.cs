using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// One line of a state file. It has one kind of content. Rows count only if a <see cref="Page"/> or <see cref="End"/> line follows.
/// </summary>
internal sealed class StateLine
{
    public StateHeader? Header { get; init; }

    /// <summary>A section begins: what was known of it before is dropped.</summary>
    public StateBegin? Begin { get; init; }

    public StatePage? Page { get; init; }

    public StateSection? End { get; init; }

    public StateFooter? Footer { get; init; }

    [JsonPropertyName("app")]
    public AppRegistration? Application { get; init; }

    [JsonPropertyName("sp")]
    public ServicePrincipal? ServicePrincipal { get; init; }

    public DelegatedGrant? Grant { get; init; }

    /// <summary>The id of an application, a service principal or a grant that is gone.</summary>
    public string? Removed { get; init; }

    public StateRelations? Of { get; init; }

    public StateHolders? Holders { get; init; }

    public DirectoryRole? RoleDefinition { get; init; }

    public DirectoryRoleAssignment? Role { get; init; }

    public DirectoryRoleAssignment? EligibleRole { get; init; }

    public StateSignIns? SignIns { get; init; }

    public StateUse? CredentialUse { get; init; }

    public RiskyServicePrincipal? Risk { get; init; }

    public RiskDetection? Detection { get; init; }

    public ConditionalAccessPolicy? Policy { get; init; }

    public NamedLocation? Location { get; init; }

    public AppManagementPolicy? AppPolicy { get; init; }

    public AccessReview? Review { get; init; }

    public StateDecisions? Decisions { get; init; }
}
