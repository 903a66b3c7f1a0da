using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>Every link from a page to another file leads somewhere, and every anchor is a heading of the page it names.</summary>
public sealed partial class PageLinkTests
{
    /// <summary>
    /// Pages where people look one thing up, and those for whoever changes the code. Pages for a task are not among them.
    /// </summary>
    private static readonly HashSet<string> Reference =
    [
        "docs/errors.md", "docs/CHANGELOG.md", "docs/CONTRIBUTING.md", "docs/SECURITY.md", "docs/differences.md", "docs/emulator.md",
        "docs/wid.md", "docs/federation.md", "docs/credentials.md", "docs/benchmarks.md", "docs/caching.md", "docs/distributed-cache.md",
        "docs/governance.md", "docs/http.md", "docs/telemetry.md", "docs/architecture.md", "docs/dependencies.md", "docs/configuration.md",
    ];

    // Somebody reads about 240 words of technical prose in a minute.
    private const int WordsInFiveMinutes = 5 * 240;

    private static readonly IReadOnlyList<string> Pages =
    [
        "README.md", .. Repository.SourceFiles("docs", "*.md"), .. Repository.SourceFiles("src", "*.md"),
        .. Repository.SourceFiles("samples", "*.md"), .. Repository.SourceFiles("tests", "*.md"),
    ];

    [Fact]
    public void Every_link_leads_to_a_file_and_every_anchor_to_a_heading()
    {
        var broken = string.Join('\n',
            from page in Pages
            from Match link in Link().Matches(WithoutCode(Repository.Read(page)))
            let target = link.Groups["target"].Value
            where !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            let problem = Problem(page, target)
            where problem is not null
            select $"{page}: ({target}) {problem}");

        Assert.True(broken.Length == 0, broken);
    }

    [Fact]
    public void No_page_but_those_of_reference_takes_more_than_five_minutes() =>
        Assert.Empty(
            from page in Pages
            where !Reference.Contains(page)
            let words = Word().Count(WithoutCode(Repository.Read(page)))
            where words > WordsInFiveMinutes
            select $"{page}: {words} words");

    [Fact]
    public void The_index_names_every_page()
    {
        var index = Repository.Read("docs/README.md");

        Assert.All(
            Pages.Where(page => Path.GetDirectoryName(page) is "docs" && page != "docs/README.md"),
            page => Assert.Contains($"({Path.GetFileName(page)})", index, StringComparison.Ordinal));
    }

    private static string? Problem(string page, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? page : Relative(page, parts[0]);
        var full = Path.Combine(Repository.Root, file);
        if (!File.Exists(full) && !Directory.Exists(full))
        {
            return "is not there";
        }

        return parts.Length == 2 && !AnchorsOf(file).Contains(parts[1]) ? "has no such heading" : null;
    }

    private static string Relative(string page, string target) =>
        Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(page)!, target)));

    /// <summary>The anchors as GitHub makes them of headings: in lower case, spaces as hyphens, without punctuation.</summary>
    private static HashSet<string> AnchorsOf(string page)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Heading().Matches(WithoutCode(Repository.Read(page))))
        {
            var text = LinkText().Replace(heading.Groups["text"].Value.Trim(), "${text}");
            var anchor = NoAnchorCharacter().Replace(text.ToLowerInvariant(), "").Replace(' ', '-');
            var unique = anchor;
            for (var i = 1; !anchors.Add(unique); i++)
            {
                unique = $"{anchor}-{i}";
            }
        }

        return anchors;
    }

    private static string WithoutCode(string markdown) => Fence().Replace(markdown.ReplaceLineEndings("\n"), "");

    [GeneratedRegex(@"^[ ]*```.*?^[ ]*```[ ]*$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex LinkText();

    [GeneratedRegex(@"^#{1,6} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}_\- ]", RegexOptions.CultureInvariant)]
    private static partial Regex NoAnchorCharacter();

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
