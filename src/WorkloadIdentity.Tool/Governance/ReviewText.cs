using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>Findings for a person at a terminal.</summary>
internal sealed class ReviewText(Screen screen)
{
    public const int MostOfRule = 5;

    public void Write(TenantReview review, bool isComplete)
    {
        foreach (var group in review.Findings.GroupBy(finding => finding.Rule))
        {
            Rule(group.Key, [.. group], isComplete);
        }

        Summary(review);
    }

    private void Rule(ReviewRule rule, List<ReviewFinding> findings, bool isComplete)
    {
        var severity = findings[0].Severity;
        screen.Line((Words.Of(severity).PadRight(10), Colour(severity)), ($"{rule.Title} ({Words.Count(findings)})", null));
        Wrap("  ", rule.Harm);
        foreach (var finding in findings.Take(isComplete ? int.MaxValue : MostOfRule))
        {
            screen.Line();
            var own = finding.Severity == severity ? "" : $" ({Words.Of(finding.Severity)})";
            screen.Line(
                ($"  {PlainText.Of(finding.Identity?.DisplayName ?? "The tenant")}", ConsoleColor.Cyan), (own, Colour(finding.Severity)));
            Wrap("    ", finding.Evidence);
            if (finding.Command is { } command)
            {
                screen.Line($"    {command}");
            }
        }

        if (!isComplete && findings.Count > MostOfRule)
        {
            screen.Line();
            screen.Line($"  {PlainText.Count(findings.Count - MostOfRule, "more", "more")}; --all shows every one.");
        }

        screen.Line();
        screen.Line($"  {rule.Help}");
        screen.Line();
    }

    private void Summary(TenantReview review)
    {
        var counts = review.Findings.GroupBy(finding => finding.Severity).OrderByDescending(group => group.Key)
            .Select(group => $"{group.Count()} {Words.Of(group.Key)}");
        var identities = PlainText.Count(review.Inventory.Identities.Count, "identity", "identities");
        screen.Line(
            review.Findings.Count == 0 ? $"No rule found anything about {identities}." : $"{string.Join(", ", counts)}; {identities}.");
        InventoryText.Sections(screen, review);
    }

    private void Wrap(string indent, string text)
    {
        foreach (var line in Wrapped.Lines(PlainText.Of(text), indent, indent))
        {
            screen.Line(line);
        }
    }

    private static ConsoleColor? Colour(FindingSeverity severity) => severity switch
    {
        >= FindingSeverity.High => ConsoleColor.Red,
        FindingSeverity.Medium => ConsoleColor.Yellow,
        _ => null,
    };
}
