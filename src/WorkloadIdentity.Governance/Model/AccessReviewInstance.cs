namespace WorkloadIdentity.Governance;

/// <summary>
/// One round of a review. See
/// <see href="https://learn.microsoft.com/graph/api/resources/accessreviewinstance">accessReviewInstance</see>.
/// </summary>
public sealed class AccessReviewInstance
{
    /// <summary>The id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The state.</summary>
    public string? Status { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? StartDateTime { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? EndDateTime { get; init; }
}
