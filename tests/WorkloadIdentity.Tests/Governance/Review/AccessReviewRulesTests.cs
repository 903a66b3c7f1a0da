using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class AccessReviewRulesTests
{
    private static readonly Reviewed Situations = new()
    {
        { "no privileged role and no review", Of(Application()) },
        { "a privileged role and no review", Privileged(), "tenant-power high", "access-review medium" },
        { "reviews could not be read", Privileged() with { AccessReviews = null }, "tenant-power high" },
        { "approved ten days ago", Privileged(Review("Approve", 10)), "tenant-power high" },
        { "approved two years ago", Privileged(Review("Approve", 800)), "tenant-power high", "access-review low" },
        { "denied, and it still has the role", Privileged(Review("Deny", 10)), "tenant-power high", "access-review high" },
        {
            "denied and applied", Privileged(Review("Deny", 10, applied: "AppliedSuccessfully")), "tenant-power high"
        },
        { "nobody decided in time", Privileged(Review("NotReviewed", null)), "tenant-power high", "access-review medium" },
        { "nobody decided yet", Privileged(Review("NotReviewed", null, "InProgress")), "tenant-power high" },
        {
            "approved by one review, not decided by another",
            Privileged(Review("NotReviewed", null), Review("Approve", 10)), "tenant-power high"
        },
        {
            "a review of another identity", Privileged(Review("Approve", 10, principal: 2)), "tenant-power high", "access-review medium"
        },
    };

    public static TheoryData<string> Names => Situations.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_privileged_identity_needs_a_decision_that_took_effect(string situation) => Situations.Check(situation);

    public static InventoriedReview Review(
        string decision, int? reviewedAgo, string status = "Completed", string? applied = null, int principal = 1) => new(
            new AccessReview { Id = "review", DisplayName = "Workloads in roles", Status = status },
            [
                new AccessReviewDecision
                {
                    Principal = new DirectoryObject { Id = Application(principal).Id.ToString()! },
                    Decision = decision,
                    ReviewedDateTime = reviewedAgo is { } days ? Day(-days) : null,
                    ApplyResult = applied,
                },
            ]);

    private static TenantInventory Privileged(params InventoriedReview[] reviews) =>
        Of(Application() with { DirectoryRoles = [DirectoryRole()] }) with { AccessReviews = reviews };
}
