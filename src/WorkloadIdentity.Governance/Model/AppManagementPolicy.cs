namespace WorkloadIdentity.Governance;

/// <summary>
/// What a tenant forbids when credentials are added. See
/// <see href="https://learn.microsoft.com/graph/api/resources/tenantappmanagementpolicy">tenantAppManagementPolicy</see>.
/// </summary>
/// <remarks>Such a policy never blocks a token. It blocks adding a credential.</remarks>
public sealed class AppManagementPolicy
{
    /// <summary>The id; all zeros for the policy of the tenant.</summary>
    public string? Id { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What the policy is for.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the policy applies.</summary>
    public bool? IsEnabled { get; init; }

    /// <summary>The restrictions of the tenant's policy for applications.</summary>
    public CredentialRestrictions? ApplicationRestrictions { get; init; }

    /// <summary>The restrictions of the tenant's policy for service principals.</summary>
    public CredentialRestrictions? ServicePrincipalRestrictions { get; init; }

    /// <summary>The restrictions of a policy that is assigned to applications. They replace those of the tenant's policy.</summary>
    public CredentialRestrictions? Restrictions { get; init; }
}
