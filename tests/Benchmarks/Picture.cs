using System.Globalization;
using System.Net;
using System.Text;

namespace Benchmarks;

/// <summary>A picture of what a benchmark found, as SVG.</summary>
/// <param name="Name">The end of its file's name.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Svg">The picture.</param>
internal sealed record Picture(string Name, string Title, string Svg)
{
    private const int Width = 760;
    private const int Left = 80;
    private const int Right = 150;
    private const int Top = 48;

    /// <summary>Lines over two axes. A logarithmic axis shows zero too: its steps are those of 1 + value.</summary>
    /// <param name="name">The end of the file's name.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="lines">A name and points for each line.</param>
    public static Picture OfLines(string name, string title, Axis x, Axis y, IReadOnlyList<Line> lines)
    {
        const int height = 400;
        const int bottom = 56;
        var across = new Scale(x, lines.SelectMany(line => line.Points).Max(point => point.X), Left, Width - Right);
        var up = new Scale(y, lines.SelectMany(line => line.Points).Max(point => point.Y), height - bottom, Top);
        var svg = Start(title, height);
        foreach (var tick in across.Ticks())
        {
            Append(svg, $"<path d=\"M{across.At(tick):0.#} {Top}V{height - bottom}\" stroke=\"#d0d7de\"/>");
            Text(svg, across.At(tick), height - bottom + 18, "middle", Words(tick));
        }

        foreach (var tick in up.Ticks())
        {
            Append(svg, $"<path d=\"M{Left} {up.At(tick):0.#}H{Width - Right}\" stroke=\"#d0d7de\"/>");
            Text(svg, Left - 8, up.At(tick) + 4, "end", Words(tick));
        }

        Text(svg, (Left + Width - Right) / 2.0, height - 12, "middle", x.Title);
        Text(svg, 12, Top - 12, "start", y.Title);
        for (var number = 0; number < lines.Count; number++)
        {
            var points = lines[number].Points.Select(point => string.Create(
                CultureInfo.InvariantCulture, $"{across.At(point.X):0.#},{up.At(point.Y):0.#}"));
            var colour = Colour(lines[number].Name);
            Append(svg, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{string.Join(' ', points)}\"/>");
            Append(
                svg,
                $"<rect x=\"{Width - Right + 12}\" y=\"{Top + (number * 22)}\" width=\"12\" height=\"12\" fill=\"{colour}\"/>");
            Text(svg, Width - Right + 30, Top + 11 + (number * 22), "start", lines[number].Name);
        }

        return new Picture(name, title, svg.Append("</svg>\n").ToString());
    }

    /// <summary>Bars in groups.</summary>
    /// <param name="name">The end of the file's name.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="unit">The unit of the values.</param>
    /// <param name="bars">The group, the name and the value of each bar.</param>
    public static Picture OfBars(string name, string title, string unit, IReadOnlyList<(string Group, string Name, double Value)> bars)
    {
        const int left = 150;
        const int bar = 22;
        var groups = bars.Select(one => one.Group).Distinct().ToList();
        var svg = Start(title, Top + (bars.Count * bar) + (groups.Count * 2 * bar));
        var scale = new Scale(new Axis(unit), bars.Max(one => one.Value), left, Width - 90);
        var y = Top;
        foreach (var group in groups)
        {
            Text(svg, 12, y + 15, "start", group, bold: true);
            y += bar;
            foreach (var (_, label, value) in bars.Where(one => one.Group == group))
            {
                Text(svg, left - 8, y + 15, "end", label);
                var (width, colour) = (scale.At(value) - left, Colour(label));
                Append(svg, $"<rect x=\"{left}\" y=\"{y + 3}\" width=\"{width:0.#}\" height=\"{bar - 6}\" fill=\"{colour}\"/>");
                Text(svg, scale.At(value) + 6, y + 15, "start", $"{Words(value)} {unit}");
                y += bar;
            }

            y += bar;
        }

        return new Picture(name, title, svg.Append("</svg>\n").ToString());
    }

    private static StringBuilder Start(string title, int height)
    {
        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\"");
        Append(svg, $"  role=\"img\" font-family=\"Segoe UI, Helvetica, Arial, sans-serif\" font-size=\"12\">");
        Append(svg, $"<title>{WebUtility.HtmlEncode(title)}</title>");
        Append(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\"/>");
        Text(svg, 12, 20, "start", title, bold: true);
        return svg;
    }

    private static void Text(StringBuilder svg, double x, double y, string anchor, string text, bool bold = false)
    {
        var weight = bold ? "bold" : "normal";
        var encoded = WebUtility.HtmlEncode(text);
        Append(
            svg,
            $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" fill=\"#24292f\" font-weight=\"{weight}\">{encoded}</text>");
    }

    private static void Append(StringBuilder svg, FormattableString line) =>
        svg.Append(CultureInfo.InvariantCulture, $"{FormattableString.Invariant(line)}\n");

    /// <summary>A library has the same colour in every picture.</summary>
    private static string Colour(string library) => library switch
    {
        "WorkloadIdentity" => "#1f6feb",
        "MSAL" or "Msal" => "#d29922",
        "Azure.Identity" or "AzureIdentity" => "#8250df",
        _ => "#57606a",
    };

    private static string Words(double value) => value.ToString(value < 10 ? "0.##" : "N0", CultureInfo.InvariantCulture);

    /// <param name="Title">What the axis shows, with the unit.</param>
    /// <param name="IsLogarithmic">Whether its steps are powers of ten.</param>
    internal sealed record Axis(string Title, bool IsLogarithmic = false);

    internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

    private sealed class Scale(Axis axis, double largest, int from, int to)
    {
        private readonly double _most = Measure(axis, Math.Max(largest, 1));

        public double At(double value) => from + ((to - from) * Measure(axis, value) / _most);

        public IEnumerable<double> Ticks()
        {
            if (axis.IsLogarithmic)
            {
                return [0, .. Enumerable.Range(0, 16).Select(power => Math.Pow(10, power)).TakeWhile(tick => tick <= Math.Max(largest, 1))];
            }

            var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(largest, 1))));
            step = largest / step < 2 ? step / 4 : largest / step < 5 ? step / 2 : step;
            return Enumerable.Range(0, 21).Select(number => number * step).TakeWhile(tick => tick <= Math.Max(largest, 1));
        }

        private static double Measure(Axis axis, double value) => axis.IsLogarithmic ? Math.Log10(1 + value) : value;
    }
}
