namespace WorkloadIdentity.Governance;

/// <summary>
/// One restriction. See
/// <see href="https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration">passwordCredentialConfiguration</see>.
/// </summary>
public sealed class CredentialRestriction
{
    /// <summary>Such as <c>passwordAddition</c>, <c>passwordLifetime</c> or <c>asymmetricKeyLifetime</c>.</summary>
    public string? RestrictionType { get; init; }

    /// <summary><c>enabled</c> or <c>disabled</c>.</summary>
    public string? State { get; init; }

    /// <summary>The longest life, as an ISO 8601 duration such as <c>P90D</c>.</summary>
    public string? MaxLifetime { get; init; }

    /// <summary>Applications created before are exempt.</summary>
    public DateTimeOffset? RestrictForAppsCreatedAfterDateTime { get; init; }
}
