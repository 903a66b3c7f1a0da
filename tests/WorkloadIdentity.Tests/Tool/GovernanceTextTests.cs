using WorkloadIdentity.Governance;
using WorkloadIdentity.Tool;

namespace WorkloadIdentity.Tests;

/// <summary>Inventory and findings on a terminal.</summary>
public sealed class GovernanceTextTests
{
    private static readonly TenantReview Review = TenantReview.Of(ReportTenant.Create(), SampleTenant.Now);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_name_reaches_the_terminal_as_a_command(bool isReview)
    {
        var text = isReview
            ? Text(screen => new ReviewText(screen).Write(Review, isComplete: true))
            : Text(screen => new InventoryText(screen, isCut: true).Write(Review));

        Assert.DoesNotMatch(@"[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]", text);
    }

    [Fact]
    public void The_worst_comes_first_with_its_command_and_the_rest_is_counted()
    {
        var lines = Text(screen => new ReviewText(screen).Write(Review, isComplete: false)).Split('\n');

        Assert.Equal("critical  A credential is in someone else's hands (1)", lines[0]);
        Assert.Contains(Review.Findings[0].Command!, lines.Select(line => line.Trim()));
        Assert.Contains("  wid explain governance#leaked-credential", lines);
        Assert.Contains(lines, line => line.EndsWith("more; --all shows every one.", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("Not read: Identities at risk.", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_identity_has_a_row_and_what_reaches_farthest_comes_first()
    {
        var lines = Text(screen => new InventoryText(screen, isCut: true).Write(Review)).Split('\n');

        Assert.StartsWith("name ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("the whole tenant", lines[1], StringComparison.Ordinal);
        Assert.Equal("", lines[Review.Inventory.Identities.Count + 1]);
        Assert.Contains($"67 identities of tenant {SampleTenant.Id}.", lines);
    }

    [Fact]
    public void A_rule_counts_its_findings_by_severity_and_each_that_differs_from_the_worst_says_so()
    {
        var review = TenantReview.Of(
            SampleTenant.Of(
                SampleTenant.Application(1) with { Credentials = [SampleTenant.Secret(endsIn: 2)] },
                SampleTenant.Application(2) with { Credentials = [SampleTenant.Secret(endsIn: 20)] }),
            SampleTenant.Now);

        var lines = Text(screen => new ReviewText(screen).Write(review, isComplete: false)).Split('\n');

        Assert.EndsWith("(1 critical, 1 high)", lines[0], StringComparison.Ordinal);
        Assert.Contains("  app-1", lines);
        Assert.Contains("  app-2 (high)", lines);
    }

    [Theory]
    [InlineData("orders-api", 12, "orders-api")]
    [InlineData("orders-api", 10, "orders-api")]
    [InlineData("orders-api", 7, "orders…")]
    [InlineData("orders\U0001F600-api", 8, "orders…")]
    [InlineData("orders\U0001F600-api", 9, "orders\U0001F600…")]
    public void A_cut_parts_no_letter(string text, int longest, string cut) => Assert.Equal(cut, PlainText.Cut(text, longest));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_is_cut_in_a_terminal_only(bool isCut)
    {
        var review = TenantReview.Of(SampleTenant.Of(SampleTenant.Application(1, new string('n', 100))), SampleTenant.Now);

        var text = Text(screen => new InventoryText(screen, isCut).Write(review));

        Assert.Equal(!isCut, text.Contains(new string('n', 100), StringComparison.Ordinal));
    }

    [Fact]
    public void A_filter_keeps_the_findings_that_come_from_a_comparison_with_others()
    {
        var (owner, owned) = (SampleTenant.Application(1), SampleTenant.Application(2));
        var whole = TenantReview.Of(
            SampleTenant.Of(
                owner,
                owned with
                {
                    AppRoles = [SampleTenant.AppRole("AppRoleAssignment.ReadWrite.All")],
                    Owners = [SampleTenant.Owner(owner.Id.ToString()!)],
                }),
            SampleTenant.Now);

        var shown = whole.Only(identity => identity.ClientId == owner.ClientId);

        Assert.Equal([owner.ClientId], shown.Inventory.Identities.Select(identity => identity.ClientId));
        Assert.Contains(shown.Findings, finding => finding.Rule.Id == "power-by-ownership");
        Assert.DoesNotContain(shown.Findings, finding => finding.Identity?.ClientId == owned.ClientId);
        Assert.Equal(whole.Findings.Where(finding => finding.Identity is null), shown.Findings.Where(finding => finding.Identity is null));
    }

    [Theory]
    [InlineData(true, "Custom security attributes were not read, so --attribute chooses no identity.")]
    [InlineData(false, "No identity of the tenant has a custom security attribute.")]
    public void Why_an_attribute_chooses_nothing_is_said(bool isMissing, string reason)
    {
        var inventory = SampleTenant.Of(SampleTenant.Application()) with
        {
            Sections = SampleTenant.Sections(isMissing ? [InventorySectionName.CustomSecurityAttributes] : []),
        };

        Assert.Equal(reason, new ChosenIdentities(null, null, "Finance_CostCentre", "1").WhyNone(inventory));
    }

    private static string Text(Action<Screen> write)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        write(new Screen(writer, isPlain: true));
        return writer.ToString();
    }
}
