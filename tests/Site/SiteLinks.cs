using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>
/// The links of a page, as they hold on the site. One to a file that is no page leads to the sources, or becomes its text where their
/// address is not known.
/// </summary>
internal sealed partial class SiteLinks(IReadOnlyDictionary<string, string> pages, string repository)
{
    public string Of(string page, string text) => FenceOrLink().Replace(
        text.ReplaceLineEndings("\n"), match => match.Groups["target"].Success ? Replace(page, match) : match.Value);

    private string Replace(string page, Match link)
    {
        var (text, target) = (link.Groups["text"].Value, link.Groups["target"].Value);
        if (target.StartsWith('#') || target.Contains("://", StringComparison.Ordinal)
            || target.StartsWith("mailto:", StringComparison.Ordinal))
        {
            return link.Value;
        }

        var parts = target.Split('#', 2);
        var folder = Path.Combine(Repository.Root, Path.GetDirectoryName(page)!);
        var file = Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(folder, parts[0]))).Replace('\\', '/');
        var place = pages.GetValueOrDefault(file) ?? (file == "docs/decisions" ? "docs/decisions/README.md" : null)
            ?? (file.StartsWith("docs/", StringComparison.Ordinal) && File.Exists(Path.Combine(Repository.Root, file)) ? file : null)
            ?? pages.GetValueOrDefault($"{file}/README.md");
        if (place is not null)
        {
            var relative = Path.GetRelativePath(Path.GetDirectoryName(pages[page])!, place).Replace('\\', '/');
            return $"[{text}]({relative}{(parts.Length == 2 ? $"#{parts[1]}" : "")})";
        }

        return repository.Length > 0 ? $"[{text}]({repository}/{file})" : text;
    }

    [GeneratedRegex(
        @"^ *```.*?^ *```|\[(?<text>(?:`[^`]*`|[^\[\]`])+)\]\((?<target>[^)\s]+)\)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FenceOrLink();
}
