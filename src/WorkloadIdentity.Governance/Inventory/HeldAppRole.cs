namespace WorkloadIdentity.Governance;

/// <summary>An application permission: a role of an API. One object stands for all identities that hold it.</summary>
/// <param name="ResourceId">The API's service principal.</param>
/// <param name="RoleId">The role's id. It is unique within the API only.</param>
public sealed record HeldAppRole(ServicePrincipalId ResourceId, string RoleId)
{
    /// <summary>The API's name.</summary>
    public string? ResourceName { get; init; }

    /// <summary>The API's client id: <c>00000003-0000-0000-c000-000000000000</c> is Graph.</summary>
    public ClientId? ResourceClientId { get; init; }

    /// <summary>What tokens carry, such as <c>Mail.Read</c>; null if the API no longer has the role.</summary>
    public string? Value { get; init; }
}
