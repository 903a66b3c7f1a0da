using System.Globalization;
using System.Text;

namespace WorkloadIdentity.Paths;

/// <summary>The section of docs/architecture.md that lists the paths. It is written, or compared with what the code does.</summary>
internal static class PathsPage
{
    private const string Begin = "<!-- paths: dotnet run --project tests/Paths -- --write docs/architecture.md -->";
    private const string End = "<!-- /paths -->";
    private const int Width = 140;

    /// <summary>Writes the section into the page.</summary>
    public static void Write(string file, IReadOnlyList<WalkedPath> paths) => File.WriteAllText(file, With(File.ReadAllText(file), paths));

    /// <summary>What is wrong with the page or with the reasons of the returns; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(string file, IReadOnlyList<WalkedPath> paths)
    {
        var returns = paths.SelectMany(path => path.Returns).Select(Returns.Key).ToHashSet();
        List<string> problems =
        [
            .. returns.Where(each => !Returns.Reasons.ContainsKey(each)).Select(each => $"A return has no reason in Returns.cs: {each}"),
            .. Returns.Reasons.Keys.Where(each => !returns.Contains(each)).Select(each => $"Returns.cs explains no return: {each}"),
        ];
        var page = File.ReadAllText(file);
        var expected = With(page, paths);
        if (page != expected)
        {
            var (found, wanted) = (page.Split('\n'), expected.Split('\n'));
            var line = found.Zip(wanted).TakeWhile(pair => pair.First == pair.Second).Count();
            problems.Add(
                $"{file}({line + 1}) differs from the paths of the code. It must say: {wanted.ElementAtOrDefault(line)}\n"
                + $"Write it with: dotnet run --project tests/Paths -- --write {file}");
        }

        return problems;
    }

    private static string With(string page, IReadOnlyList<WalkedPath> paths)
    {
        var begin = page.IndexOf(Begin, StringComparison.Ordinal);
        var end = page.IndexOf(End, StringComparison.Ordinal);
        return begin >= 0 && end > begin
            ? string.Concat(page.AsSpan(0, begin + Begin.Length), "\n\n", Section(paths), page.AsSpan(end))
            : throw new InvalidOperationException($"The page has no section between '{Begin}' and '{End}'.");
    }

    private static string Section(IReadOnlyList<WalkedPath> paths)
    {
        var text = new StringBuilder("| Path | Files | Returns |\n|---|---:|---:|\n");
        foreach (var path in paths)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {path.Name} | {path.Files.Count} | {path.Returns.Count} |\n");
        }

        foreach (var path in paths)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n**{char.ToUpperInvariant(path.Name[0])}{path.Name[1..]}:**\n");
            Wrap(text, [.. path.Files.Select((file, index) => $"`{file[..^".cs".Length]}`{(index < path.Files.Count - 1 ? "," : ".")}")]);
        }

        text.Append("\nThe returns, and why each is there:\n\n| Call | Times, by path in the order above | Reason |\n|---|---|---|\n");
        foreach (var (call, reason) in Returns.Reasons)
        {
            var times = paths.Select(path => path.Returns.Count(move => Returns.Key(move) == call)).ToArray();
            text.Append(CultureInfo.InvariantCulture, $"| {call} | {string.Join(", ", times)} | {reason} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static void Wrap(StringBuilder text, IEnumerable<string> words)
    {
        var column = 0;
        foreach (var word in words)
        {
            if (column > 0 && column + 1 + word.Length > Width)
            {
                text.Append('\n');
                column = 0;
            }

            text.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + (column > 0 ? 1 : 0);
        }

        text.Append('\n');
    }
}
