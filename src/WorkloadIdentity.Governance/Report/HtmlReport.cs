namespace WorkloadIdentity.Governance;

/// <summary>
/// The report of a review as one page: what breaks next, who can reach what, the findings, the identities, and what is missing.
/// </summary>
internal sealed class HtmlReport(TenantReview review, TextWriter writer)
{
    private const int MostRows = 8;
    private const int MostIdentities = 250;

    private readonly HtmlWriter _html = new(writer);

    private TenantInventory Inventory => review.Inventory;

    public void Write()
    {
        var page = new PageHtml(_html);
        var title = $"Workload identities of {Inventory.TenantId}";
        page.Begin(title);
        page.Header(
            "Workload identities",
            $"Tenant {Inventory.TenantId} · {PlainText.Count(Inventory.Identities.Count, "identity", "identities")} · read "
                + $"{PlainText.Moment(Inventory.ReadAt)}",
            Tiles(),
            [
                ("next", "What breaks next"), ("reach", "Who can reach what"), ("findings", "Findings"), ("identities", "Identities"),
                ("sections", "What was read"),
            ]);
        page.Section(
            "next", "What breaks next",
            "A credential that ends soon and was used lately stops a workload. One that nobody uses stops nothing.", Timeline);
        page.Section(
            "reach", "Who can reach what",
            "The identities that reach farthest, and what lets them. The wider the band, the more assignments.",
            () => new ReachHtml(_html).Write(ReachData.Of(review)));
        page.Section(
            "findings", "Findings", "The greatest harm first, each with the command that mends it. Read a command before you run it.",
            () => new FindingsHtml(_html).Write(review.Findings));
        page.Section(
            "identities", "Identities",
            Inventory.Identities.Count > MostIdentities
                ? $"The {MostIdentities} that reach farthest. wid inventory --csv has all."
                : "The life of each in one row, those that reach farthest first.",
            () => new IdentitiesHtml(_html, review).Write(MostIdentities));
        page.Section(
            "sections", "What was read", "How old each part is, and what would show what is missing.",
            () => new SectionsHtml(_html, review.ReviewedOn).Write(Inventory));
        page.End($"Reviewed {PlainText.Moment(review.ReviewedOn)}. This page loads nothing and runs no script. It names people and weak "
            + "points: share it as you would share a key.");
    }

    private List<Tile> Tiles()
    {
        int Count(params ReviewRule[] rules) => review.Findings.Count(finding => rules.Contains(finding.Rule));

        return
        [
            Tile(Count(ReviewRules.LeakedCredential, ReviewRules.RiskyIdentity), "leaked or at risk", "critical", "findings"),
            Tile(Count(ReviewRules.BreaksNext), "break next", "critical", "next"),
            Tile(Count(ReviewRules.TenantPower, ReviewRules.PowerByOwnership), "can take over the tenant", "high", "reach"),
            Tile(Count(ReviewRules.Ownerless), "without an owner", "medium", "findings"),
            Tile(
                Count(ReviewRules.UnusedCredential, ReviewRules.UnusedIdentity, ReviewRules.Expired),
                "unused or expired", "low", "findings"),
            Tile(Count(ReviewRules.NotRead), "parts not read", "medium", "sections"),
        ];
    }

    private static Tile Tile(int number, string words, string tone, string target) =>
        new(number, words, number == 0 ? "good" : tone, target);

    private void Timeline()
    {
        var timeline = new TimelineHtml(_html, review.ReviewedOn);
        timeline.WriteWeeks(TimelineData.Weeks(review, TimelineHtml.Weeks));
        var rows = TimelineData.Rows(review);
        if (rows.Count == 0)
        {
            _html.Write("<p>No credential that is in use ends soon.</p>");
            return;
        }

        timeline.WriteRows([.. rows.Take(MostRows)], TimelineData.Days(rows, review.ReviewedOn));
        if (rows.Count > MostRows)
        {
            _html.Write($"""<p class="quiet small">{rows.Count - MostRows} more end later. The findings list them.</p>""");
        }
    }
}
