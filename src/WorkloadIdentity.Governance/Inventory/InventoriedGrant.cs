namespace WorkloadIdentity.Governance;

/// <summary>A consent to act for one user or for all users.</summary>
/// <param name="ResourceId">The API's service principal.</param>
/// <param name="Scopes">The delegated permissions.</param>
public sealed record InventoriedGrant(ServicePrincipalId ResourceId, IReadOnlyList<string> Scopes)
{
    /// <summary>The API's name.</summary>
    public string? ResourceName { get; init; }

    /// <summary>Whether an administrator consented for all users.</summary>
    public bool IsForAllUsers { get; init; }

    /// <summary>How many users consented to exactly these permissions; 0 for a consent for all users.</summary>
    public int Users { get; init; }
}
