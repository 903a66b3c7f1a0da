namespace WorkloadIdentity.Governance;

/// <summary>Access reviews of service principals with privileged directory roles.</summary>
internal static class AccessReviewRules
{
    private static readonly TimeSpan Stale = TimeSpan.FromDays(366);

    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts)
    {
        if (facts.Inventory.AccessReviews is not { } reviews)
        {
            return [];
        }

        var decisions = reviews
            .SelectMany(review => review.Decisions.Select(decision => (Review: review.Review, Decision: decision)))
            .Where(pair => pair.Decision.Principal?.Id is { Length: > 0 })
            .ToLookup(pair => pair.Decision.Principal!.Id, StringComparer.OrdinalIgnoreCase);
        return facts.Identities
            .Where(identity => identity.Id is not null)
            .Select(identity => ReviewFacts.PrivilegedRoleOf(identity) is { } held
                ? Of(facts, identity, held.Name, [.. decisions[identity.Id.ToString()!]])
                : null)
            .OfType<ReviewFinding>();
    }

    private static ReviewFinding? Of(
        ReviewFacts facts, InventoriedIdentity identity, string role,
        List<(AccessReview Review, AccessReviewDecision Decision)> decisions)
    {
        var denied = decisions.FirstOrDefault(pair =>
            OpenText.Same(pair.Decision.Decision, "Deny") && !OpenText.Same(pair.Decision.ApplyResult, "AppliedSuccessfully"));
        if (denied.Decision is not null)
        {
            return Finding(
                FindingSeverity.High, identity,
                $"The review {Name(denied.Review)} denied it{Words.On(denied.Decision.ReviewedDateTime)}, and it still holds {role}.");
        }

        var decided = decisions.Where(pair => OpenText.Same(pair.Decision.Decision, "Approve")).Max(pair => pair.Decision.ReviewedDateTime);
        var ended = decisions.FirstOrDefault(pair =>
            OpenText.Same(pair.Decision.Decision, "NotReviewed") && !OpenText.Same(pair.Review.Status, "InProgress"));
        return decided >= facts.Now - Stale ? null
            : decided is { } last ? Finding(
                FindingSeverity.Low, identity, $"It holds {role}, and was reviewed last{Words.On(last)}, more than a year ago.")
            : ended.Decision is not null ? Finding(
                FindingSeverity.Medium, identity, $"The review {Name(ended.Review)} is over, and nobody decided about {role}.")
            : decisions.Count > 0 ? null
            : Finding(FindingSeverity.Medium, identity, $"It holds {role}, and no access review looks at it.");
    }

    private static ReviewFinding Finding(FindingSeverity severity, InventoriedIdentity identity, string evidence) =>
        new(ReviewRules.ReviewIgnored, severity, identity, part: null, evidence);

    private static string Name(AccessReview review) => $"'{PlainText.Of(review.DisplayName ?? review.Id)}'";
}
