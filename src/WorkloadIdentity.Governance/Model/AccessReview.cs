namespace WorkloadIdentity.Governance;

/// <summary>
/// An access review, which may repeat. See
/// <see href="https://learn.microsoft.com/graph/api/resources/accessreviewscheduledefinition">accessReviewScheduleDefinition</see>.
/// </summary>
public sealed class AccessReview
{
    /// <summary>The id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The state, such as <c>InProgress</c>.</summary>
    public string? Status { get; init; }

    /// <summary>What is reviewed.</summary>
    public AccessReviewScope? Scope { get; init; }

    /// <summary>Whether the query of the scope names service principals.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOfServicePrincipals => Scope?.Mentions("servicePrincipal") == true;
}
