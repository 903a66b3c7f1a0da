using System.Buffers;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Rows of comma-separated values as RFC 4180 has them. A spreadsheet runs a cell that begins as a formula does, and names come from
/// whoever may register an application: such a cell begins with an apostrophe. Where a semicolon separates lists (as in German and French),
/// a spreadsheet begins a cell after each of them, so that an apostrophe stands there too.
/// </summary>
internal sealed partial class CsvWriter(TextWriter writer)
{
    // Excel takes 32,767 characters in a cell, and writes what is longer into the next row.
    private const int Longest = 32_000;

    private static readonly SearchValues<char> Quoted = SearchValues.Create(",\"\r\n; \t'");

    public void Row(params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            writer.Write(i == 0 ? "" : ",");
            writer.Write(Cell(cells[i]));
        }

        writer.Write("\r\n");
    }

    internal static string Cell(string? value)
    {
        var text = FormulaStart().Replace(PlainText.Of(value, Longest), "${before}'");
        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    /// <summary>
    /// Where a formula begins, also within quotes. With the full-width forms, which spreadsheets of East Asia read as the same signs.
    /// </summary>
    [GeneratedRegex(@"(?<before>(\A|;) ?)(?=[""\s]*[=+\-@＝＋－＠|%])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FormulaStart();
}
