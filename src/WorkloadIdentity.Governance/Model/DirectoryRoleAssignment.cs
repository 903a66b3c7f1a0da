namespace WorkloadIdentity.Governance;

/// <summary>
/// A directory role that a principal has or may activate. See
/// <see href="https://learn.microsoft.com/graph/api/resources/unifiedroleassignment">unifiedRoleAssignment</see> and
/// <see href="https://learn.microsoft.com/graph/api/resources/unifiedroleeligibilityscheduleinstance">eligibility</see>.
/// </summary>
public sealed class DirectoryRoleAssignment
{
    /// <summary>The id of the assignment.</summary>
    public string? Id { get; init; }

    /// <summary>The object id of a service principal, a user or a group.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>The role.</summary>
    public string? RoleDefinitionId { get; init; }

    /// <summary>Where the role applies: <c>/</c> is the whole directory.</summary>
    public string? DirectoryScopeId { get; init; }

    /// <summary>When the assignment ends; null if it does not.</summary>
    public DateTimeOffset? EndDateTime { get; init; }
}
