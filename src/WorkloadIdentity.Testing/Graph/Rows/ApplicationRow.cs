namespace WorkloadIdentity.Testing;

/// <summary>An application's registration in its home tenant.</summary>
internal abstract class ApplicationRow : GraphRow
{
    public abstract string AppId { get; }

    public abstract string DisplayName { get; }

    public abstract DateTimeOffset CreatedOn { get; }

    public virtual string? CreatedByAppId => null;

    public virtual string SignInAudience => "AzureADMyOrg";

    public virtual string? Notes => null;

    public virtual string? ServiceManagementReference => null;

    public virtual string? UniqueName => null;

    public virtual IReadOnlyList<string> Tags => [];

    public virtual IReadOnlyList<AppRoleRow> RequiredGraphRoles => [];

    public virtual bool IsLocked => true;

    public virtual IReadOnlyList<CredentialRow> Credentials => [];

    public virtual IReadOnlyList<FederatedCredentialRow> Federated => [];

    public virtual IReadOnlyList<DirectoryReference> Owners => [];

    public virtual string? DerivedType => null;

    /// <summary>The object id of its service principal at home; null when there is none.</summary>
    public virtual string? PrincipalId => null;
}
