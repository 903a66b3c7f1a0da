using System.Text.RegularExpressions;

namespace Pages.Tests;

/// <summary>A command of a page: a line of a block in a shell's language, or what a line puts into a variable.</summary>
/// <param name="Page">Where it stands.</param>
/// <param name="Text">As the page shows it.</param>
/// <param name="Words">Its words as a shell would pass them on, with variables as they are.</param>
internal sealed partial record PageCommand(string Page, string Text, IReadOnlyList<string> Words)
{
    public string Program => Words[0] == "sudo" ? Words[1] : Words[0];

    public static IReadOnlyList<PageCommand> All { get; } =
    [
        .. from block in Pages.Tests.Page.In("sh", "bash", "shell")
           from line in block.Text.Split('\n')
           let text = Comment().Replace(line, "").Trim()
           where text.Length > 0
           let assigned = Assignment().Match(text)
           select Of(block.Page, text, assigned.Success ? assigned.Groups["command"].Value : text),
    ];

    /// <summary>The options among its words, and the words before the first of them.</summary>
    public (string Command, IReadOnlyList<string> Options) Split()
    {
        var first = Words.TakeWhile(word => !word.StartsWith('-')).ToList();
        return (string.Join(' ', first.Skip(1)), [.. Words.Where(word => Option().IsMatch(word))]);
    }

    private static PageCommand Of(string page, string text, string command) =>
        new(page, text, [.. Word().Matches(command).Select(match => Quote().Replace(match.Value, ""))]);

    [GeneratedRegex(@"(^|\s+)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\w+=\$\((?<command>.*)\)$")]
    private static partial Regex Assignment();

    [GeneratedRegex("""(?:[^\s"']|"[^"]*"|'[^']*')+""")]
    private static partial Regex Word();

    [GeneratedRegex("""["']""")]
    private static partial Regex Quote();

    [GeneratedRegex(@"^--?[A-Za-z][\w-]*$")]
    private static partial Regex Option();
}
