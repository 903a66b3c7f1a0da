namespace WorkloadIdentity.Tests;

/// <summary>A site has one folder for each version.</summary>
internal static class SiteVersions
{
    /// <summary>What the footer of a page has in place of the way to the list of versions, which depends on the page's folder.</summary>
    private const string Way = "WAY-TO-ALL-VERSIONS";

    public static Html Link(Html page, string version)
    {
        var folders = Path.GetDirectoryName(page.File)!.Replace('\\', '/');
        var depth = folders[(folders.LastIndexOf($"/{version}", StringComparison.Ordinal) + 1)..].Count(letter => letter == '/') + 1;
        var way = $"{string.Concat(Enumerable.Repeat("../", depth))}versions.html";
        return page with { Text = page.Text.Replace(Way, way, StringComparison.Ordinal) };
    }

    /// <summary>The address of the site leads to the newest release; versions.html lists all.</summary>
    public static void WriteFirstPage(string site)
    {
        // A version before a release (1.2.0-rc.1) stands below the release, and is never where the site begins.
        var versions = Directory.EnumerateDirectories(site).Select(folder => Path.GetFileName(folder)!)
            .Where(name => char.IsAsciiDigit(name[0]))
            .OrderByDescending(name => Version.Parse(name.Split('-')[0])).ThenBy(name => name.Contains('-', StringComparison.Ordinal))
            .ThenByDescending(name => name, StringComparer.Ordinal).ToList();
        var first = versions.Find(name => !name.Contains('-', StringComparison.Ordinal)) ?? versions[0];
        File.WriteAllText(Path.Combine(site, "index.html"), Page(
            $"<meta http-equiv=\"refresh\" content=\"0; url={first}/docs/README.html\">",
            $"<p><a href=\"{first}/docs/README.html\">Documentation of version {first}</a></p>"));
        File.WriteAllText(Path.Combine(site, "versions.html"), Page(
            "", $"<ul>\n{string.Concat(versions.Select(name => $"<li><a href=\"{name}/docs/README.html\">{name}</a></li>\n"))}</ul>"));
    }

    private static string Page(string head, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>WorkloadIdentity: versions of the documentation</title>
        {head}
        </head>
        <body>
        <main>
        <h1>WorkloadIdentity</h1>
        {body}
        </main>
        </body>
        </html>

        """;
}
