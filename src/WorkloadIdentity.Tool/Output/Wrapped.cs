using System.Text;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Prose in lines of at most 80 columns, broken between words. A word that is longer, such as a path, stays whole, and so does a command
/// that is copied: a line that begins with <c>az</c>.
/// </summary>
internal static class Wrapped
{
    public const int Width = 80;

    /// <summary>The wrapped lines of a text. Its line breaks stay. A wrapped line keeps the indent of its first part.</summary>
    /// <param name="text">The text.</param>
    /// <param name="first">The prefix of the first line.</param>
    /// <param name="rest">The prefix of all other lines.</param>
    public static IEnumerable<string> Lines(string text, string first = "", string rest = "")
    {
        var start = first;
        foreach (var line in text.Split('\n'))
        {
            var indent = line[..(line.Length - line.TrimStart().Length)];
            foreach (var wrapped in Line(line, start + indent, rest + indent))
            {
                yield return wrapped;
            }

            start = rest;
        }
    }

    private static IEnumerable<string> Line(string text, string first, string rest)
    {
        if (text.TrimStart().StartsWith("az ", StringComparison.Ordinal))
        {
            yield return first + text.Trim();
            yield break;
        }

        var line = new StringBuilder(first);
        var isEmpty = true;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Width)
            {
                yield return line.ToString();
                line.Clear().Append(rest);
                isEmpty = true;
            }

            line.Append(isEmpty ? "" : " ").Append(word);
            isEmpty = false;
        }

        yield return line.ToString().TrimEnd();
    }
}
