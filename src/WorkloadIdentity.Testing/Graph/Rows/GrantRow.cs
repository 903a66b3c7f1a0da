namespace WorkloadIdentity.Testing;

/// <summary>A delegated permission grant: of all users, or of one.</summary>
internal sealed class GrantRow(string id, string clientId, string resourceId, string? userId, string scope) : GraphRow
{
    public override string Id => id;

    /// <summary>The object id of the client's service principal, whatever the name says.</summary>
    public string ClientId => clientId;

    public string ResourceId => resourceId;

    public string? UserId => userId;

    /// <summary>The permissions with spaces between, and often one in front.</summary>
    public string Scope => scope;
}
