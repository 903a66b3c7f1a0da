using System.Globalization;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A node of the picture: an identity or a group of them on the left, a power or a group of them on the right. The tone is the class of
/// its colour.
/// </summary>
internal sealed record ReachNode(string Name, string Detail, string Tone);

/// <summary>A flow from a node on the left to one on the right. Its weight is the number of assignments that it stands for.</summary>
internal readonly record struct ReachFlow(int From, int To, int Weight);

/// <summary>What the picture shows: bounded, whatever the size of the tenant.</summary>
internal sealed record ReachPicture(IReadOnlyList<ReachNode> From, IReadOnlyList<ReachNode> To, IReadOnlyList<ReachFlow> Flows);

/// <summary>
/// Who can reach what, as flows from left to right. The names are text of the page, and only the flows between them are drawn, so that
/// the picture fits any width.
/// </summary>
internal sealed class ReachHtml(HtmlWriter html)
{
    private const double Thinnest = .5;

    public void Write(ReachPicture picture)
    {
        html.Write("""<div class="reach"><h3>Identity</h3><span></span><h3>What it can use</h3>""");
        Nodes("from", picture.From);
        html.Write("""<div class="flows"><svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" """);
        html.Write("""aria-label="Flows from identities to what they can use. The list below has the same in words.">""");
        Flows(picture);
        html.Write("</svg></div>");
        Nodes("to", picture.To);
        html.Write("</div>");
        InWords(picture);
    }

    private void Nodes(string side, IReadOnlyList<ReachNode> nodes)
    {
        html.Write($"""<ol class="{side}">""");
        foreach (var node in nodes)
        {
            html.Write($"""<li class="{node.Tone}" title="{node.Name}"><b>{node.Name}</b><span>{node.Detail}</span></li>""");
        }

        html.Write("</ol>");
    }

    private void Flows(ReachPicture picture)
    {
        var (left, right) = (Places(picture, flow => flow.From, picture.From.Count), Places(picture, flow => flow.To, picture.To.Count));
        foreach (var flow in picture.Flows.OrderBy(flow => flow.From).ThenBy(flow => flow.To))
        {
            var (from, to) = (left[flow.From].Take(flow.Weight), right[flow.To].Take(flow.Weight));
            var name = $"{picture.From[flow.From].Name} → {picture.To[flow.To].Name}: {PlainText.Count(flow.Weight, "assignment")}";
            html.Write($"""<path class="flow {picture.To[flow.To].Tone}" d="{Shape(from, to)}"><title>{name}</title></path>""");
        }
    }

    /// <summary>The same for those who do not see the picture.</summary>
    private void InWords(ReachPicture picture)
    {
        html.Write("""<details><summary><h3>The same in words</h3></summary><ul class="why">""");
        foreach (var group in picture.Flows.GroupBy(flow => flow.From).OrderBy(group => group.Key))
        {
            html.Write($"<li>{picture.From[group.Key].Name}: {string.Join(", ", group.Select(flow => InWords(picture, flow)))}</li>");
        }

        html.Write("</ul></details>");
    }

    private static string InWords(ReachPicture picture, ReachFlow flow) =>
        picture.To[flow.To].Name + (flow.Weight > 1 ? string.Create(CultureInfo.InvariantCulture, $" ({flow.Weight:N0})") : "");

    private static List<Place> Places(ReachPicture picture, Func<ReachFlow, int> node, int count)
    {
        var sums = picture.Flows.GroupBy(node).ToDictionary(group => group.Key, group => group.Sum(flow => flow.Weight));
        var heaviest = Math.Max(1, sums.Values.DefaultIfEmpty(1).Max());
        return
        [
            .. Enumerable.Range(0, count).Select(i => new Place(100d * i / count, 100d / count, sums.GetValueOrDefault(i, 1), heaviest)),
        ];
    }

    /// <summary>A band with level ends.</summary>
    private static string Shape((double Top, double Bottom) from, (double Top, double Bottom) to) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"M0 {from.Top:0.##}C50 {from.Top:0.##} 50 {to.Top:0.##} 100 {to.Top:0.##}")
        .Append(CultureInfo.InvariantCulture, $"V{to.Bottom:0.##}C50 {to.Bottom:0.##} 50 {from.Bottom:0.##} 0 {from.Bottom:0.##}Z")
        .ToString();

    /// <summary>
    /// The height of one node, which its flows share. The root keeps a node with thousands of assignments from hiding the others.
    /// </summary>
    private sealed class Place
    {
        private readonly double _perWeight;
        private double _next;

        public Place(double top, double height, int sum, int heaviest)
        {
            var used = Math.Max(Thinnest, height * .72 * Math.Sqrt((double)sum / heaviest));
            _perWeight = used / sum;
            _next = top + ((height - used) / 2);
        }

        public (double Top, double Bottom) Take(int weight)
        {
            var top = _next;
            _next += _perWeight * weight;
            return (top, _next);
        }
    }
}
