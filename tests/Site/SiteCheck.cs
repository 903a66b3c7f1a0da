namespace WorkloadIdentity.Tests;

/// <summary>
/// Each link of a version leads to a file of the site and to a place in it. A screen reader finds language, heading and texts of pictures.
/// </summary>
internal static class SiteCheck
{
    public static IEnumerable<string> Problems(string site, string version)
    {
        var root = Path.GetFullPath(site);
        var pages = Html.All(Path.Combine(root, version)).Concat(
            Html.All(root).Where(page => Path.GetDirectoryName(page.File) == root)).ToList();
        var ids = pages.ToDictionary(page => page.File, page => page.Ids, StringComparer.Ordinal);
        return
            from page in pages
            from problem in Links(page, root, ids).Concat(Reading(page)).Distinct()
            select $"{Path.GetRelativePath(root, page.File)}: {problem}";
    }

    private static IEnumerable<string> Links(Html page, string root, Dictionary<string, HashSet<string>> ids)
    {
        foreach (var target in page.Targets.Where(target => !target.Contains(':', StringComparison.Ordinal)))
        {
            var parts = target.Split('#', 2);
            var path = Uri.UnescapeDataString(parts[0].Split('?')[0]);
            var file = path.Length == 0 ? page.File : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.File)!, path));
            if (!file.StartsWith(root, StringComparison.Ordinal) || !File.Exists(file))
            {
                yield return $"the link '{target}' leads nowhere";
            }
            else if (parts is [_, { Length: > 0 } anchor] && ids.TryGetValue(file, out var there)
                && !there.Contains(Uri.UnescapeDataString(anchor)))
            {
                yield return $"the link '{target}' leads to no place of that page";
            }
        }
    }

    private static IEnumerable<string> Reading(Html page)
    {
        if (!page.IsWhole || page.LeadsElsewhere)
        {
            yield break;
        }

        if (!page.Text.Contains("<html lang=\"en\"", StringComparison.Ordinal))
        {
            yield return "does not say its language";
        }

        if (!page.Text.Contains("name=\"viewport\"", StringComparison.Ordinal))
        {
            yield return "does not fit a phone: no viewport";
        }

        if (!page.HasTitle)
        {
            yield return "has no heading of the first level";
        }

        foreach (var picture in page.Pictures.Where(picture => !picture.Contains(" alt=\"", StringComparison.Ordinal)))
        {
            yield return $"a picture has no text: {picture}";
        }
    }
}
