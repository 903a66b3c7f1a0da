using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>A number at the top of the page. The target is the section that says more.</summary>
internal readonly record struct Tile(int Number, string Words, string Tone, string Target);

/// <summary>
/// The frame of the report: one file without a script, whose policy forbids to load anything at all. What the directory says reaches the
/// page through <see cref="HtmlWriter"/> only, which escapes it.
/// </summary>
internal sealed class PageHtml(HtmlWriter html)
{
    private static readonly string Style = ReadStyle();

    /// <summary>The policy allows this one style sheet, by its hash.</summary>
    private static string Policy =>
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
            + "base-uri 'none'; form-action 'none'";

    public void Begin(string title)
    {
        html.Write("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        html.Write($"""<meta http-equiv="Content-Security-Policy" content="{Policy}">""");
        html.Write("""
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <meta name="robots" content="noindex">

            """);
        html.Write($"<title>{title}</title>");
        html.WriteStyle(Style);
        html.Write("</head><body><a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
    }

    public void Header(string title, string subtitle, IReadOnlyList<Tile> tiles, IReadOnlyList<(string Id, string Title)> sections)
    {
        html.Write($"""<header><h1>{title}</h1><p class="quiet">{subtitle}</p>""");
        html.Write("""<nav aria-label="Sections"><ul>""");
        foreach (var (id, name) in sections)
        {
            html.Write($"""<li><a href="#{id}">{name}</a></li>""");
        }

        html.Write("""</ul></nav><ul class="tiles" aria-label="In numbers">""");
        foreach (var tile in tiles)
        {
            html.Write($"""<li class="{tile.Tone}"><strong>{tile.Number}</strong><a href="#{tile.Target}">{tile.Words}</a></li>""");
        }

        html.Write("</ul></header>\n<main id=\"main\">\n");
    }

    public void Section(string id, string title, string introduction, Action content)
    {
        html.Write($"""<section aria-labelledby="{id}"><h2 id="{id}">{title}</h2><p class="quiet">{introduction}</p>""");
        content();
        html.Write("</section>\n");
    }

    public void End(string note) => html.Write($"</main><footer><p>{note}</p></footer></body></html>");

    private static string ReadStyle()
    {
        using var stream = typeof(PageHtml).Assembly.GetManifestResourceStream("report.css")
            ?? throw new InvalidOperationException("report.css is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
