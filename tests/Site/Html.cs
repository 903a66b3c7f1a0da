using System.Net;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>A page that DocFX wrote.</summary>
/// <param name="File">Its file.</param>
/// <param name="Text">Its text.</param>
internal sealed partial record Html(string File, string Text)
{
    public IEnumerable<string> Targets => Target().Matches(Text).Select(match => WebUtility.HtmlDecode(match.Groups["target"].Value));

    public HashSet<string> Ids => [.. Id().Matches(Text).Select(match => WebUtility.HtmlDecode(match.Groups["id"].Value))];

    public IEnumerable<string> Pictures => Picture().Matches(Text).Select(match => match.Value);

    public bool HasTitle => Heading().IsMatch(Text);

    /// <summary>Whether a browser that opens it goes on to another page at once.</summary>
    public bool LeadsElsewhere => Text.Contains("http-equiv=\"refresh\"", StringComparison.Ordinal);

    /// <summary>Whether it is a whole page, and not a part that a page loads.</summary>
    public bool IsWhole => Text.Contains("<html", StringComparison.OrdinalIgnoreCase);

    /// <summary>A table of two columns that explain themselves has no header. A screen reader would read its empty cells.</summary>
    public Html WithoutEmptyHeaders() => this with { Text = EmptyHeader().Replace(Text, "") };

    public static IReadOnlyList<Html> All(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.html", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => new Html(file, System.IO.File.ReadAllText(file))),
    ];

    [GeneratedRegex(@"<(?:a|img|link|script)\b[^>]*?\s(?:href|src)=""(?<target>[^""]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Target();

    [GeneratedRegex(@"\s(?:id|name)=""(?<id>[^""]*)""", RegexOptions.IgnoreCase)]
    private static partial Regex Id();

    [GeneratedRegex(@"<img\b[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex Picture();

    [GeneratedRegex(@"<thead>\s*<tr>(?:\s*<th[^>]*></th>)+\s*</tr>\s*</thead>")]
    private static partial Regex EmptyHeader();

    [GeneratedRegex(@"<h1\b", RegexOptions.IgnoreCase)]
    private static partial Regex Heading();
}
