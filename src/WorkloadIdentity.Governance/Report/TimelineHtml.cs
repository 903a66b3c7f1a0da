namespace WorkloadIdentity.Governance;

/// <summary>A credential on the timeline. The last use is in words; the tone is the class of its colour.</summary>
internal sealed record TimelineRow(string Identity, string Credential, DateTimeOffset EndsOn, string LastUse, string Tone);

/// <summary>How many credentials end in a week: those used lately, and the others.</summary>
internal readonly record struct TimelineWeek(DateTimeOffset Start, int Used, int Others);

/// <summary>What breaks next: the end of every credential by week, and the nearest ones row by row.</summary>
internal sealed class TimelineHtml(HtmlWriter html, DateTimeOffset now)
{
    public const int Weeks = 26;

    private const double ChartHeight = 120;
    private const int WeeksPerTick = 4;
    private const int DaysPerTick = 7;

    /// <summary>The days of an axis with a label for each week. A longer one has no more labels, so that they fit on a phone.</summary>
    private const int DaysPerAxis = 28;

    /// <summary>The columns of the half year.</summary>
    public void WriteWeeks(IReadOnlyList<TimelineWeek> weeks)
    {
        var highest = Math.Max(1, weeks.Max(week => week.Used + week.Others));
        html.Write($"""<svg role="img" aria-label="{Summary(weeks)}" height="{ChartHeight + 24}">""");
        html.Write($"""<line class="grid" x1="0" x2="100%" y1="{ChartHeight}" y2="{ChartHeight}"/>""");
        html.Write($"""<text x="0" y="10">{PlainText.Count(highest, "credential")} in one week</text>""");
        for (var i = 0; i < weeks.Count; i++)
        {
            Column(weeks[i], 100d * i / weeks.Count, 100d / weeks.Count, (ChartHeight - 18) / highest);
            // A label that has fewer columns than the others to its right would leave a narrow page.
            if (i % WeeksPerTick == 0 && i + WeeksPerTick <= weeks.Count)
            {
                html.Write($"""<text x="{100d * i / weeks.Count}%" y="{ChartHeight + 18}">{Month(weeks[i].Start)}</text>""");
            }
        }

        html.Write("</svg>");
        html.Write("""
            <ul class="key">
            <li class="high"><svg aria-hidden="true"><rect class="fill" width="14" height="14" rx="2"/></svg>used lately</li>
            <li class="low"><svg aria-hidden="true"><rect class="pale" width="14" height="14" rx="2"/></svg>no use known</li>
            </ul>

            """);
    }

    /// <summary>The rows, the nearest first, on an axis of so many days.</summary>
    public void WriteRows(IReadOnlyList<TimelineRow> rows, int days)
    {
        Axis(days);
        html.Write("""<ol class="timeline">""");
        foreach (var row in rows)
        {
            var share = Math.Clamp((row.EndsOn - now).TotalDays / days, 0, 1) * 98 + 1;
            html.Write($"""<li class="{row.Tone}"><div class="who"><b>{row.Identity}</b><span>{row.Credential}</span></div>""");
            html.Write($"""<svg aria-hidden="true" height="18"><line class="bar" x1="1%" x2="{share}%" y1="9" y2="9"/>""");
            html.Write($"""<circle class="dot" cx="{share}%" cy="9" r="7"/></svg>""");
            html.Write($"""<div class="when"><b>{PlainText.FromNow(row.EndsOn, now)}</b>""");
            html.Write($"""<span class="quiet">{row.EndsOn}<br>{row.LastUse}</span></div></li>""");
        }

        html.Write("</ol>");
    }

    private void Column(TimelineWeek week, double x, double width, double scale)
    {
        var (used, others) = (week.Used * scale, week.Others * scale);
        html.Write($"<g><title>{Describe(week)}</title>");
        if (week.Others > 0)
        {
            html.Write($"""<rect class="pale low" x="{x}%" width="{width * .8}%" y="{ChartHeight - used - others}" height="{others}"/>""");
        }

        if (week.Used > 0)
        {
            html.Write($"""<rect class="fill high" x="{x}%" width="{width * .8}%" y="{ChartHeight - used}" height="{used}"/>""");
        }

        html.Write("</g>");
    }

    private void Axis(int days)
    {
        html.Write("""<div class="axis" aria-hidden="true"><span></span><svg height="20">""");
        for (var day = 0; day <= days; day += DaysPerTick * (int)Math.Ceiling((double)days / DaysPerAxis))
        {
            var x = (100d * day / days * .98) + 1;
            var label = day == 0 ? "today" : $"{day} d";
            html.Write($"""<line class="grid" x1="{x}%" x2="{x}%" y1="14" y2="20"/>""");
            html.Write($"""<text x="{x}%" y="10" text-anchor="{Anchor(day, days)}">{label}</text>""");
        }

        html.Write("</svg><span></span></div>");
    }

    private static string Anchor(int day, int days) => day == 0 ? "start" : day > days * .9 ? "end" : "middle";

    private static string Month(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("d MMM", System.Globalization.CultureInfo.InvariantCulture);

    private static string Describe(TimelineWeek week) =>
        $"Week of {PlainText.Day(week.Start)}: {PlainText.Count(week.Used, "credential")} used lately, "
            + PlainText.Count(week.Others, "other");

    private static string Summary(IReadOnlyList<TimelineWeek> weeks) =>
        $"Credentials that end in the next {weeks.Count} weeks: {PlainText.Count(weeks.Sum(week => week.Used), "credential")} used lately, "
            + $"{PlainText.Count(weeks.Sum(week => week.Others), "other")}.";
}
