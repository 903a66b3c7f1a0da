namespace WorkloadIdentity.Governance;

/// <summary>The decisions of a review's latest round.</summary>
internal sealed class StateDecisions
{
    public string Review { get; init; } = "";

    public IReadOnlyList<AccessReviewDecision> Items { get; init; } = [];
}
