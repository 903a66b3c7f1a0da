namespace WorkloadIdentity.Governance;

/// <summary>
/// An application permission that was granted. See
/// <see href="https://learn.microsoft.com/graph/api/resources/approleassignment">appRoleAssignment</see>.
/// </summary>
public sealed class AppRoleAssignment
{
    /// <summary>The id of the assignment.</summary>
    public string? Id { get; init; }

    /// <summary>The id of the role within <see cref="ResourceId"/>; all zeros for the default access.</summary>
    public string? AppRoleId { get; init; }

    /// <summary>Who holds the role: the object id of a service principal, a user or a group.</summary>
    public string? PrincipalId { get; init; }

    /// <summary><c>ServicePrincipal</c>, <c>User</c> or <c>Group</c>.</summary>
    public string? PrincipalType { get; init; }

    /// <summary>The API.</summary>
    public ServicePrincipalId ResourceId { get; init; }

    /// <summary>When it was granted.</summary>
    public DateTimeOffset? CreatedDateTime { get; init; }
}
