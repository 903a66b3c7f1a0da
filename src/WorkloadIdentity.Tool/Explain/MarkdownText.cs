using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Writes the Markdown of our own pages for a terminal: prose in 80 columns, code as it is, wide tables row by row, and links as the
/// command that shows what they lead to.
/// </summary>
internal sealed partial class MarkdownText(Screen screen, HelpPages pages)
{
    // More rows of a wide table than these are told by their first two columns; each code has a text of its own.
    private const int MostWideRows = 8;

    // A command or setting in the middle of prose is not broken at the end of a line, unless it is almost a line itself.
    private const int LongestWhole = 60;
    private const char Bond = '\u00A0';

    private string _page = "";

    /// <param name="section">What to write.</param>
    /// <param name="withTables">Whether its tables too.</param>
    public void Write(HelpSection section, bool withTables = true)
    {
        _page = section.Page;
        var lines = Comment().Replace(section.Text, "").Split('\n');
        for (var i = 0; i < lines.Length;)
        {
            var end = i + 1;
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                end = Math.Min(lines.Length, Array.FindIndex(lines, end, line => line.StartsWith("```", StringComparison.Ordinal)) + 1);
                Code(lines[(i + 1)..(end - 1)]);
            }
            else if (lines[i].StartsWith('|'))
            {
                end = Next(lines, end, line => !line.StartsWith('|'));
                if (withTables)
                {
                    Table([.. lines[i..end].Select(Cells)]);
                }
            }
            else if (lines[i].StartsWith('#'))
            {
                screen.Line((Inline(lines[i].TrimStart('#').Trim()).Replace(Bond, ' '), ConsoleColor.Cyan));
            }
            else if (lines[i].Trim().Length == 0)
            {
                end = Next(lines, end, line => line.Trim().Length > 0);
                if (end < lines.Length && (withTables || !lines[end].StartsWith('|')))
                {
                    screen.Line();
                }
            }
            else
            {
                end = Next(lines, end, line => line.Trim().Length == 0 || BlockStart().IsMatch(line));
                Paragraph(lines[i..end]);
            }

            i = end;
        }
    }

    /// <summary>A text without the marks of Markdown.</summary>
    public string Inline(string text)
    {
        text = Link().Replace(text, match => Reference(match.Groups["text"].Value, match.Groups["target"].Value));
        text = Emphasis().Replace(text, "$1$2").Replace("\\<", "<", StringComparison.Ordinal);
        return InlineCode().Replace(text, match => match.Groups[1].Value.Length > LongestWhole
            ? match.Groups[1].Value
            : match.Groups[1].Value.Replace(' ', Bond));
    }

    /// <summary>What a link leads to, as a command where this tool has it.</summary>
    private string Reference(string text, string target)
    {
        var name = text.Trim('`');
        if (target.Contains("://", StringComparison.Ordinal))
        {
            return name == target ? target : $"{text} ({target})";
        }

        var folder = _page.Contains('/', StringComparison.Ordinal) ? _page[..(_page.IndexOf('/', StringComparison.Ordinal) + 1)] : "";
        var path = target.StartsWith('#') ? $"{_page}.md{target}"
            : target.StartsWith("../", StringComparison.Ordinal) ? (folder.Length > 0 ? target[3..] : target)
            : folder + target;
        return pages.Find(path) is { } section
            ? target.StartsWith(name, StringComparison.Ordinal) || name == section.Anchor
                ? $"wid explain {section.Topic}"
                : $"{text} (wid explain {section.Topic})"
            : $"{text} ({path})";
    }

    private void Paragraph(string[] lines)
    {
        var text = Inline(string.Join(' ', lines.Select(line => line.Trim())));
        var indent = lines[0][..(lines[0].Length - lines[0].TrimStart().Length)];
        var mark = Item().Match(lines[0]) is { Success: true } item ? item.Value.Trim() + " " : "";
        Lines(text[mark.Length..], indent + mark, indent + new string(' ', mark.Length));
    }

    private void Table(string[][] rows)
    {
        var (head, body) = (rows[0], rows[2..]);
        int[] widths =
            [.. Enumerable.Range(0, head.Length).Select(column => rows.Max(row => column < row.Length ? row[column].Length : 0))];
        if (widths.Sum() + (2 * (widths.Length - 1)) <= Wrapped.Width)
        {
            foreach (var row in head.Any(cell => cell.Length > 0) ? body.Prepend(head) : body)
            {
                screen.Line(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).Replace(Bond, ' ').TrimEnd());
            }

            return;
        }

        var isLong = head.Length > 3 && body.Length > MostWideRows;
        foreach (var row in body)
        {
            Lines(string.Join(": ", row.Take(2).Where(cell => cell.Length > 0)), "", "    ");
            for (var column = 2; column < row.Length && !isLong; column++)
            {
                Lines($"{head[column]}: {row[column]}", "    ", "      ");
            }
        }

        if (isLong)
        {
            screen.Line();
            screen.Line("What to check and what to do: wid explain <code>");
        }
    }

    private string[] Cells(string row) =>
        [.. Cell().Split(row.Trim().Trim('|')).Select(cell => Inline(cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)))];

    private void Code(string[] lines)
    {
        foreach (var line in lines)
        {
            screen.Line($"    {line}".TrimEnd());
        }
    }

    private void Lines(string text, string first, string rest)
    {
        foreach (var line in Wrapped.Lines(text, first, rest))
        {
            screen.Line(line.Replace(Bond, ' '));
        }
    }

    private static int Next(string[] lines, int from, Predicate<string> match) =>
        from < lines.Length && Array.FindIndex(lines, from, match) is >= 0 and var index ? index : lines.Length;

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\((?<target>[^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"\*\*([^*]+)\*\*|(?<![\w*/])\*([^*\s][^*]*)\*(?![\w*])", RegexOptions.CultureInvariant)]
    private static partial Regex Emphasis();

    [GeneratedRegex("`([^`]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"^\s*(?:- |\d+\. )", RegexOptions.CultureInvariant)]
    private static partial Regex Item();

    [GeneratedRegex(@"^(?:\s*(?:- |\d+\. )|#|\||```)", RegexOptions.CultureInvariant)]
    private static partial Regex BlockStart();

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.CultureInvariant)]
    private static partial Regex Cell();

    [GeneratedRegex(@"<!--.*?-->\n?", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
