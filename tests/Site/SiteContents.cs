using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>The table of contents: the tables of docs/README.md, and the packages.</summary>
internal static partial class SiteContents
{
    public static string Of(string index, IReadOnlyDictionary<string, string> pages) => string.Concat(
        Lines(index).Prepend("- name: Overview\n  href: README.md\n").Append(Group("Packages")).Concat(
            pages.Values.Where(page => page.StartsWith("docs/packages/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
                .Select(page => Item(Path.GetFileNameWithoutExtension(page), page["docs/".Length..]))));

    private static IEnumerable<string> Lines(string index)
    {
        var listed = new HashSet<string>();
        foreach (var line in index.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
            {
                yield return Group(line[3..]);
            }
            else if (line.StartsWith("| [", StringComparison.Ordinal))
            {
                foreach (var link in Link().Matches(line.Split(" | ")[0]).Where(link => listed.Add(link.Groups["page"].Value)))
                {
                    yield return Item(link.Groups["name"].Value, link.Groups["page"].Value);
                }
            }
        }
    }

    private static string Group(string name) => $"- name: {name}\n  items:\n";

    private static string Item(string name, string page) =>
        $"  - name: \"{name.Replace("`", "", StringComparison.Ordinal)}\"\n    href: {page}\n";

    [GeneratedRegex(@"\[(?<name>[^\]]+)\]\((?<page>[^)#]+\.md)\)")]
    private static partial Regex Link();
}
