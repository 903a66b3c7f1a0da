namespace WorkloadIdentity.Governance;

/// <summary>The findings by rule, the greatest harm first, each with the command that mends it. It needs no script.</summary>
internal sealed class FindingsHtml(HtmlWriter html)
{
    /// <summary>How many findings of a rule are shown. The others are in the JSON and SARIF forms.</summary>
    public const int MostOfRule = 20;

    private const int OpenAtFirst = 3;

    public void Write(IReadOnlyList<ReviewFinding> findings)
    {
        if (findings.Count == 0)
        {
            html.Write("<p>No rule found anything.</p>");
            return;
        }

        var number = 0;
        foreach (var group in findings.GroupBy(finding => finding.Rule).OrderByDescending(group => group.Max(finding => finding.Severity)))
        {
            var isOpen = number++ < OpenAtFirst && group.First().Severity >= FindingSeverity.High;
            Rule(group.Key, [.. group], isOpen);
        }
    }

    // The name of a severity is also the class of its colour.
    private void Rule(ReviewRule rule, List<ReviewFinding> findings, bool isOpen)
    {
        var tone = Words.Of(findings[0].Severity);
        html.Write($"""<details class="{tone}" id="{rule.Id}" """);
        if (isOpen)
        {
            html.Write("open");
        }

        html.Write($"""><summary><span class="badge">{tone}</span><h3>{rule.Title}</h3>""");
        html.Write($"""<span class="count">{Words.Count(findings)}</span></summary>""");
        html.Write($"""<p class="why">{rule.Harm} <span class="quiet">{rule.Help}</span></p><ul class="findings">""");
        foreach (var finding in findings.Take(MostOfRule))
        {
            Finding(finding, findings[0].Severity);
        }

        html.Write("</ul>");
        if (findings.Count > MostOfRule)
        {
            html.Write($"""<p class="why quiet">{findings.Count - MostOfRule} more are not shown here. wid review --json lists all.</p>""");
        }

        html.Write("</details>");
    }

    private void Finding(ReviewFinding finding, FindingSeverity worst)
    {
        html.Write($"""<li class="{Words.Of(finding.Severity)}"><b>{finding.Who}</b>""");
        if (finding.Severity != worst)
        {
            html.Write($""" <span class="badge">{Words.Of(finding.Severity)}</span>""");
        }

        html.Write($"<p>{finding.Evidence}</p>");
        if (finding.Command is { } command)
        {
            html.Write($"""<pre aria-label="Command that mends it"><code>{command}</code></pre>""");
        }

        html.Write("</li>");
    }
}
