namespace WorkloadIdentity.Testing;

/// <summary>An application permission that a principal holds at a resource.</summary>
internal sealed class AssignmentRow(string id, string roleId, PrincipalRow principal, PrincipalRow resource) : GraphRow
{
    public override string Id => id;

    public string RoleId => roleId;

    public PrincipalRow Principal => principal;

    public PrincipalRow Resource => resource;
}
