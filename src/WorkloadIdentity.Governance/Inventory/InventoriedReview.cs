namespace WorkloadIdentity.Governance;

/// <summary>An access review of service principals with the decisions of its latest round.</summary>
/// <param name="Review">The review.</param>
/// <param name="Decisions">The decisions of the latest round.</param>
public sealed record InventoriedReview(AccessReview Review, IReadOnlyList<AccessReviewDecision> Decisions);
