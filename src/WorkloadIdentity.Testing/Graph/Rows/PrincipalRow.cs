using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>A service principal. What is not asked for is not computed.</summary>
internal abstract class PrincipalRow : GraphRow
{
    public abstract string AppId { get; }

    public abstract string DisplayName { get; }

    /// <summary>The <c>servicePrincipalType</c>: <c>Application</c>, <c>ManagedIdentity</c>, <c>Legacy</c>, …</summary>
    public abstract string Kind { get; }

    /// <summary>The tenant in which its application is registered; null for managed identities.</summary>
    public abstract string? HomeTenant { get; }

    public abstract bool IsEnabled { get; }

    public abstract DateTimeOffset CreatedOn { get; }

    public virtual string? CreatedByAppId => null;

    public virtual string? DisabledByMicrosoft => null;

    public virtual string? Notes => null;

    public virtual string SignInAudience => "AzureADMyOrg";

    public virtual IReadOnlyList<string> Tags => [];

    public virtual IReadOnlyList<string> AlternativeNames => [];

    public virtual IReadOnlyList<AppRoleRow> AppRoles => [];

    public virtual IReadOnlyList<string> Scopes => [];

    public virtual IReadOnlyList<CredentialRow> Credentials => [];

    public virtual IReadOnlyList<FederatedCredentialRow> Federated => [];

    public virtual IReadOnlyList<DirectoryReference> Owners => [];

    public virtual IReadOnlyList<DirectoryReference> Sponsors => [];

    public virtual JsonObject? Attributes => null;

    /// <summary>The name of its derived type, such as <c>agentIdentity</c>; null for a plain service principal.</summary>
    public virtual string? DerivedType => null;

    /// <summary>The client id of an agent identity's blueprint.</summary>
    public virtual string? BlueprintId => null;

    /// <summary>The application roles that it was given in the emulator for a resource.</summary>
    public virtual IReadOnlyList<string> RolesFor(string audience) => [];

    /// <summary>When it last signed in; null when no report has a row for it.</summary>
    public virtual DateTimeOffset? SignedInOn => null;
}
