using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>The pages as the site has them: those of docs, and the readmes of packages and samples below them.</summary>
internal static partial class SitePages
{
    private const string Decisions = "docs/decisions/README.md";

    public static void Write(string folder, string repository)
    {
        var pages = Repository.SourceFiles("docs", "*.md").Concat(Readmes("src")).Concat(Readmes("samples"))
            .ToDictionary(page => page, Place, StringComparer.Ordinal);
        foreach (var (page, place) in pages)
        {
            Save(folder, place, new SiteLinks(pages, repository).Of(page, Repository.Read(page)));
        }

        Save(folder, Decisions, ListOfDecisions(pages.Keys));
        Save(folder, "docs/toc.yml", SiteContents.Of(Repository.Read("docs/README.md"), pages));
        Save(folder, "toc.yml", "- name: Docs\n  href: docs/\n  homepage: docs/README.md\n- name: API\n  href: api/\n");
        Save(folder, "index.md", "---\nredirect_url: docs/README.html\n---\n");
        foreach (var picture in Repository.SourceFiles("docs", "*.png").Concat(Repository.SourceFiles("docs", "*.svg")))
        {
            File.Copy(Path.Combine(Repository.Root, picture), Path.Combine(folder, picture), overwrite: true);
        }

        File.Copy(Path.Combine(Repository.Root, "src/icon.png"), Path.Combine(folder, "icon.png"), overwrite: true);
        File.Copy(Path.Combine(Repository.Root, "tests/Site/docfx.json"), Path.Combine(folder, "docfx.json"), overwrite: true);
    }

    private static IEnumerable<string> Readmes(string folder) =>
        Repository.SourceFiles(folder, "README.md").Where(file => file.Count(letter => letter == '/') == 2);

    private static string Place(string page) => page.Split('/') switch
    {
        ["src", var package, _] => $"docs/packages/{package}.md",
        ["samples", var sample, _] => $"docs/samples/{sample}.md",
        _ => page,
    };

    /// <summary>The folder is listed by GitHub itself.</summary>
    private static string ListOfDecisions(IEnumerable<string> pages) =>
        "# Decisions\n\nWhat was decided, what else was considered, and why.\n\n" + string.Concat(
            from page in pages
            where page.StartsWith("docs/decisions/", StringComparison.Ordinal)
            orderby page
            select $"- [{Title().Match(Repository.Read(page)).Groups["title"].Value.Trim()}]({Path.GetFileName(page)})\n");

    private static void Save(string folder, string place, string text)
    {
        var file = Path.Combine(folder, place);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    [GeneratedRegex(@"^# (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Title();
}
