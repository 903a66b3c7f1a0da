using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

public sealed class TenantReviewTests
{
    [Fact]
    public void A_tenant_where_all_is_well_has_no_findings() => Assert.Empty(Findings(Application()));

    [Fact]
    public void Findings_are_ranked_by_harm_then_by_when_it_happens_whatever_the_order_of_the_identities()
    {
        InventoriedIdentity[] identities =
        [
            Application(1) with { Credentials = [Secret(endsIn: 6)] },
            Application(2) with { Owners = [] },
            Application(3) with { Credentials = [Secret(endsIn: 2)] },
            Application(4) with { Credentials = [Secret() with { Detections = [Leak()] }] },
            Application(5) with { AppRoles = [AppRole("RoleManagement.ReadWrite.Directory")] },
        ];

        var ids = Findings(identities).Select(finding => finding.Id).ToList();

        Assert.Equal(
            ["leaked-credential 4", "breaks-next 3", "breaks-next 1", "tenant-power 5", "ownerless 2"],
            ids.Where(id => !id.StartsWith("replace", StringComparison.Ordinal))
                .Select(id => $"{id.Split('/')[0]} {id.Split('/')[1][^1]}"));
        Assert.Equal(ids, Findings([.. identities.Reverse()]).Select(finding => finding.Id));
    }

    [Fact]
    public void Every_id_is_there_once()
    {
        var ids = Findings(ReportTenant.Create()).Select(finding => finding.Id).ToList();

        Assert.Equal(ids.Count, ids.Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void No_finding_is_worse_than_its_rule_can_be()
    {
        var findings = Findings(ReportTenant.Create());

        Assert.All(findings, finding => Assert.True(finding.Severity <= finding.Rule.GreatestSeverity, finding.Id));
    }

    [Fact]
    public void Soon_lately_and_long_can_be_set()
    {
        var inventory = Of(Application() with { Credentials = [Secret(endsIn: 50, usedAgo: 20)] });
        var options = new ReviewOptions { Soon = TimeSpan.FromDays(60), Lately = TimeSpan.FromDays(21) };

        Assert.DoesNotContain(TenantReview.Of(inventory, Now).Findings, finding => finding.Rule.Id == "breaks-next");
        Assert.Contains(TenantReview.Of(inventory, Now, options).Findings, finding => finding.Rule.Id == "breaks-next");
    }

    [Fact]
    public void An_option_that_is_not_positive_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => TenantReview.Of(Of(), Now, new ReviewOptions { Unused = TimeSpan.Zero }));

    [Fact]
    public void Every_rule_has_a_section_on_the_page()
    {
        var page = Repository.Read("docs/governance.md");

        Assert.All(ReviewRule.All, rule => Assert.Contains($"\n### {rule.Id}\n", page, StringComparison.Ordinal));
    }
}
