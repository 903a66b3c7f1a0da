namespace WorkloadIdentity.Governance;

/// <summary>Which identities Conditional Access and continuous access evaluation cover, and which they never can.</summary>
internal static class CoverageRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts)
    {
        if (facts.Inventory.Policies is not null)
        {
            foreach (var identity in facts.Identities.Where(identity => facts.PowerOf(identity) >= Power.Wide))
            {
                if (Uncovered(facts, identity) is { } finding)
                {
                    yield return finding;
                }
            }
        }

        var never = facts.Identities.Where(identity => ReviewFacts.CanBeCovered(identity) == false).ToList();
        if (never.Count > 0)
        {
            var managed = never.Count(identity => identity.Kind == IdentityKind.ManagedIdentity);
            var foreign = never.Count(identity => identity.Kind != IdentityKind.ManagedIdentity && identity.IsFromOtherTenant == true);
            yield return new ReviewFinding(
                ReviewRules.NotRevocable, FindingSeverity.Note, identity: null, part: null,
                $"{PlainText.Count(never.Count, "identity", "identities")}: "
                    + $"{PlainText.Count(managed, "managed identity", "managed identities")}, "
                    + $"{PlainText.Count(foreign, "application")} of other tenants, "
                    + $"{PlainText.Count(never.Count - managed - foreign, "other")}. The list of identities says which.");
        }
    }

    private static ReviewFinding? Uncovered(ReviewFacts facts, InventoriedIdentity identity) => facts.CoverageOf(identity) switch
    {
        PolicyCoverage.None => new ReviewFinding(
            ReviewRules.NoPolicy, FindingSeverity.Medium, identity, part: null, "No enabled policy names it or all service principals."),
        PolicyCoverage.ReportOnly => new ReviewFinding(
            ReviewRules.NoPolicy, FindingSeverity.Medium, identity, part: null, "Its policies only report: they block nothing."),
        PolicyCoverage.Impossible => new ReviewFinding(
            ReviewRules.NoPolicy, FindingSeverity.Low, identity, part: null, $"No policy can ever cover it: {Why(identity)}."),
        _ => null,
    };

    private static string Why(InventoriedIdentity identity) =>
        identity.Kind == IdentityKind.ManagedIdentity ? "it is a managed identity"
        : identity.IsFromOtherTenant == true ? "its application belongs to another tenant"
        : identity.Kind == IdentityKind.Application ? "its application may be used in several tenants"
        : $"it is of the kind {Words.Kind(identity)}";
}
