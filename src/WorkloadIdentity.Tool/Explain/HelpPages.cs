using System.Text;

namespace WorkloadIdentity.Tool;

/// <summary>The pages of docs/ at the time this tool was built.</summary>
internal sealed class HelpPages
{
    private const string Folder = "docs/";
    private const string PageEnd = ".md";

    private HelpPages(IReadOnlyList<HelpSection> sections) => Sections = sections;

    /// <summary>Every section of every page, in the order of the pages; those of errors.md come first.</summary>
    public IReadOnlyList<HelpSection> Sections { get; }

    public static HelpPages Read()
    {
        var assembly = typeof(HelpPages).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal));
        return new HelpPages(
            [.. names.OrderBy(name => name != "docs/errors.md").ThenBy(name => name, StringComparer.Ordinal).SelectMany(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return Split(name[Folder.Length..^PageEnd.Length].Replace('\\', '/'), reader.ReadToEnd().ReplaceLineEndings("\n"));
            })]);
    }

    /// <summary>A section of errors.md; null if there is none.</summary>
    public HelpSection? Error(string anchor)
    {
        var letters = HelpSection.LettersOf(anchor);
        return Sections.FirstOrDefault(section => section.Page == "errors" && section.Letters == letters);
    }

    /// <summary>A page by its name, a section by its page and anchor, or a section by its anchor alone; null if there is none.</summary>
    public HelpSection? Find(string topic)
    {
        var (page, anchor) = topic.IndexOf('#', StringComparison.Ordinal) is >= 0 and var hash
            ? (topic[..hash], topic[(topic.LastIndexOf('.') is var dot && dot > hash ? dot + 1 : hash + 1)..])
            : (topic, "");
        page = page.StartsWith(Folder, StringComparison.OrdinalIgnoreCase) ? page[Folder.Length..] : page;
        page = page.EndsWith(PageEnd, StringComparison.OrdinalIgnoreCase) ? page[..^PageEnd.Length] : page;
        var (letters, whole) = (HelpSection.LettersOf(anchor), HelpSection.LettersOf(topic));
        return page.Length == 0 ? Sections.FirstOrDefault(section => section.Letters == letters)
            : Error(topic)
                ?? Sections.FirstOrDefault(section => IsPage(section, page) && (letters.Length == 0 || section.Letters == letters))
                ?? Sections.FirstOrDefault(section => section.Letters == whole);
    }

    /// <summary>"migrate/from-msal" is found as "from-msal" too.</summary>
    private static bool IsPage(HelpSection section, string name) =>
        section.Page.Equals(name, StringComparison.OrdinalIgnoreCase)
            || section.Page.EndsWith($"/{name}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Every heading begins a section, which ends before the next heading of its level or above it.</summary>
    private static IEnumerable<HelpSection> Split(string page, string text)
    {
        var lines = text.Split('\n');
        var headings = new List<(int Line, int Level, string Title)>();
        var isCode = false;
        for (var i = 0; i < lines.Length; i++)
        {
            isCode ^= lines[i].StartsWith("```", StringComparison.Ordinal);
            var level = lines[i].Length - lines[i].TrimStart('#').Length;
            if (!isCode && level > 0 && lines[i].Length > level && lines[i][level] == ' ')
            {
                headings.Add((i, level, lines[i][(level + 1)..].Trim()));
            }
        }

        for (var i = 0; i < headings.Count; i++)
        {
            var (line, level, title) = headings[i];
            var next = headings.FindIndex(i + 1, other => other.Level <= level);

            // The first heading is the title of the page. Its section is the whole page.
            var end = i == 0 || next < 0 ? lines.Length : headings[next].Line;
            yield return new HelpSection(page, Anchor(title), title, level, string.Join('\n', lines[line..end]).Trim('\n'));
        }
    }

    /// <summary>The anchor that GitHub gives a heading.</summary>
    private static string Anchor(string title)
    {
        var anchor = new StringBuilder();
        foreach (var letter in title.ToLowerInvariant())
        {
            anchor.Append(letter == ' ' ? "-" : char.IsLetterOrDigit(letter) || letter is '-' or '_' ? letter : "");
        }

        return anchor.ToString();
    }
}

/// <param name="Page">The page's path below docs/, without its ending.</param>
/// <param name="Anchor">The fragment of the section's URL.</param>
/// <param name="Title">The heading.</param>
/// <param name="Level">The level of the heading.</param>
/// <param name="Text">The Markdown, with the heading.</param>
internal sealed record HelpSection(string Page, string Anchor, string Title, int Level, string Text)
{
    /// <summary>The letters of the anchor. It is found as code writes it too: "ClientSecret" is "client-secret".</summary>
    public string Letters { get; } = LettersOf(Anchor);

    public static string LettersOf(string anchor) => anchor.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The argument of <c>wid explain</c> that shows it.</summary>
    public string Topic => Page == "errors" ? Anchor : Level == 1 ? Page : $"{Page}#{Anchor}";
}
