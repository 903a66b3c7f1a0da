namespace WorkloadIdentity.Governance;

/// <summary>
/// What a review decided about one principal. See
/// <see href="https://learn.microsoft.com/graph/api/resources/accessreviewinstancedecisionitem">accessReviewInstanceDecisionItem</see>.
/// </summary>
public sealed class AccessReviewDecision
{
    /// <summary>The id.</summary>
    public string? Id { get; init; }

    /// <summary>The principal.</summary>
    public DirectoryObject? Principal { get; init; }

    /// <summary>What it has access to.</summary>
    public DirectoryObject? Resource { get; init; }

    /// <summary><c>NotReviewed</c>, <c>Approve</c>, <c>Deny</c> or <c>DontKnow</c>.</summary>
    public string? Decision { get; init; }

    /// <summary><c>Approve</c>, <c>Deny</c> or <c>NoInfoAvailable</c>.</summary>
    public string? Recommendation { get; init; }

    /// <summary>What the reviewer wrote.</summary>
    public string? Justification { get; init; }

    /// <summary>When it was decided; null if it was not.</summary>
    public DateTimeOffset? ReviewedDateTime { get; init; }

    /// <summary>Whether the decision was applied, such as <c>AppliedSuccessfully</c>.</summary>
    public string? ApplyResult { get; init; }
}
