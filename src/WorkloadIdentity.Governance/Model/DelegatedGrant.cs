namespace WorkloadIdentity.Governance;

/// <summary>
/// A consent: what an application may do in the name of one user, or of all users. See
/// <see href="https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant">oAuth2PermissionGrant</see>.
/// </summary>
public sealed class DelegatedGrant
{
    /// <summary>The id of the grant.</summary>
    public string Id { get; init; } = "";

    /// <summary>The service principal that may act. Graph calls it <c>clientId</c>, but it is not a client id.</summary>
    public ServicePrincipalId ClientId { get; init; }

    /// <summary>The API.</summary>
    public ServicePrincipalId ResourceId { get; init; }

    /// <summary><c>AllPrincipals</c> (all users) or <c>Principal</c> (one user).</summary>
    public string? ConsentType { get; init; }

    /// <summary>The user; null for all users.</summary>
    public string? PrincipalId { get; init; }

    /// <summary>The delegated permissions, separated by spaces.</summary>
    public string? Scope { get; init; }

    /// <summary>What an inventory keeps: the text of an id that is held anyway, and no user, because it counts users.</summary>
    internal DelegatedGrant Of(ServicePrincipalId client) => new()
    {
        Id = Id,
        ClientId = client,
        ResourceId = ResourceId,
        ConsentType = ConsentType,
        Scope = Scope,
    };
}
