using System.Globalization;
using System.Text.RegularExpressions;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>The labels of both axes, on the width that a phone leaves to them.</summary>
public sealed partial class TimelineHtmlTests
{
    private const double Width = 330;
    private const double WidthOfCharacter = 7;

    public static TheoryData<int> Days => [.. Enumerable.Range(4, 50).Select(week => week * 7)];

    [Fact]
    public void The_labels_of_the_weeks_do_not_touch() => Check(timeline => timeline.WriteWeeks(
        [.. Enumerable.Range(0, TimelineHtml.Weeks).Select(week => new TimelineWeek(SampleTenant.Now.AddDays(7 * week), 1, 2))]));

    [Theory, MemberData(nameof(Days))]
    public void The_labels_of_the_days_do_not_touch(int days) => Check(timeline => timeline.WriteRows(
        [new("orders", "secret", SampleTenant.Now.AddDays(days), "use not known", "high")], days));

    private static void Check(Action<TimelineHtml> write)
    {
        using var text = new StringWriter();
        write(new TimelineHtml(new HtmlWriter(text), SampleTenant.Now));

        var end = double.MinValue;
        var labels = Label().Matches(text.ToString());
        Assert.InRange(labels.Count, 3, 7);
        foreach (Match label in labels)
        {
            var x = double.Parse(label.Groups[1].Value, CultureInfo.InvariantCulture) / 100 * Width;
            var width = label.Groups[3].Length * WidthOfCharacter;
            var start = label.Groups[2].Value switch { "middle" => x - (width / 2), "end" => x - width, _ => x };
            Assert.True(start > end, $"{label.Value} touches the label before it");
            end = start + width;
        }

        Assert.InRange(end, 0, Width);
    }

    [GeneratedRegex("""<text x="([0-9.]+)%"[^>]*?(?: text-anchor="(\w+)")?>([^<]+)<""")]
    private static partial Regex Label();
}
