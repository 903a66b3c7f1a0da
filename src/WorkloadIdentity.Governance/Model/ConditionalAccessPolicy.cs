namespace WorkloadIdentity.Governance;

/// <summary>
/// A Conditional Access policy. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy">conditionalAccessPolicy</see>.
/// </summary>
public sealed class ConditionalAccessPolicy
{
    /// <summary>The id.</summary>
    public string? Id { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether the policy applies.</summary>
    public ConditionalAccessState? State { get; init; }

    /// <summary>When the policy applies.</summary>
    public ConditionalAccessConditions? Conditions { get; init; }

    /// <summary>What the policy asks for. For service principals it is <c>block</c>.</summary>
    public ConditionalAccessGrant? GrantControls { get; init; }
}
