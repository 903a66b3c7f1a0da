using System.Text.RegularExpressions;

namespace Pages.Tests;

/// <summary>A fenced block of a page.</summary>
/// <param name="Page">The page's path below the repository.</param>
/// <param name="Line">Where it begins.</param>
/// <param name="Language">What stands behind its fence; empty for output.</param>
/// <param name="Text">What it holds.</param>
public sealed record Block(string Page, int Line, string Language, string Text)
{
    public override string ToString() => $"{Page}({Line}) {Language}";
}

/// <summary>The pages of this checkout.</summary>
internal static partial class Page
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        .. Below("docs", "*.md"),
        .. new[] { "src", "samples" }.SelectMany(folder => Below(folder, "README.md")),
    ];

    public static IReadOnlyList<Block> Blocks { get; } = [.. All.SelectMany(BlocksOf)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    public static IEnumerable<Block> In(params string[] languages) => Blocks.Where(block => languages.Contains(block.Language));

    private static IEnumerable<Block> BlocksOf(string page)
    {
        var text = Read(page);
        return Fence().Matches(text).Select(match => new Block(
            page, text.AsSpan(0, match.Index).Count('\n') + 1, match.Groups["language"].Value, match.Groups["text"].Value));
    }

    private static IEnumerable<string> Below(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("node_modules", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Sdk.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Sdk.sln is in no folder above the tests.");
        }

        return directory;
    }

    [GeneratedRegex(
        @"^```(?<language>\w*)\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Fence();
}
