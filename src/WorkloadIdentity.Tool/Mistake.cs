using System.CommandLine;
using System.CommandLine.Parsing;

namespace WorkloadIdentity.Tool;

/// <summary>Explains an invalid command line: which part is wrong, and what was probably meant.</summary>
internal static class Mistake
{
    private const int MostLetters = 2;

    public static ToolException Of(ParseResult parsed, Redaction redaction)
    {
        var command = parsed.CommandResult.Command;
        List<string> names = [.. Names(parsed.CommandResult)];
        var path = string.Join(' ', names.Prepend("wid"));

        // An unknown word says more than the missing argument that it causes.
        var unknown = parsed.UnmatchedTokens is [var first, ..] ? first.Split('=', ':')[0] : null;
        var meant = unknown is null ? null : Near(unknown, Known(command)).FirstOrDefault();

        // A word that resembles no command is not quoted, because it may be a secret in the wrong place.
        var message = unknown is null && command.Subcommands.Count > 0 ? "No command was given."
            : unknown is null ? Message(parsed.Errors[0])
            : meant is null && !unknown.StartsWith('-') ? $"{path} does not take one of these arguments."
            : $"{path} has no command or option '{unknown}'.";
        return new ToolException(
            redaction.Text(message),
            $"{(meant is null ? "" : $"Did you mean '{meant}'? ")}{path} --help lists commands and options, with examples.",
            names.Count == 0 ? "wid" : $"wid#wid-{names[0]}");
    }

    /// <summary>The words that lead to a command, without <c>wid</c> itself.</summary>
    private static IEnumerable<string> Names(CommandResult command) =>
        command.Parent is CommandResult parent ? Names(parent).Append(command.Command.Name) : [];

    /// <summary>What is wrong. The parser's own words name a type of .NET.</summary>
    private static string Message(ParseError error) =>
        error.SymbolResult is OptionResult { Option: { } option } && (option.ValueType == typeof(int) || option.ValueType == typeof(int?))
        && error.Message.Contains("System.Int32", StringComparison.Ordinal)
            ? $"{option.Name} takes a whole number."
            : error.Message;

    /// <summary>The names that differ in a few letters, the closest first.</summary>
    public static IEnumerable<string> Near(string typed, IEnumerable<string> names) => names
        .Select(name => (Name: name, Letters: Distance(name.ToLowerInvariant(), typed.ToLowerInvariant())))
        .Where(candidate => candidate.Letters <= MostLetters)
        .OrderBy(candidate => candidate.Letters)
        .Select(candidate => candidate.Name);

    private static IEnumerable<string> Known(Command command) =>
        command.Subcommands.Select(child => child.Name).Concat(command.Options.Select(option => option.Name));

    /// <summary>The edit distance: how many letters must be added, removed or changed.</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > MostLetters)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (corner, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, corner + (one[i - 1] == other[j - 1] ? 0 : 1));
                (corner, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
