using System.Buffers;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Rows of comma-separated values as RFC 4180 has them. A spreadsheet runs a cell that begins as a formula does, and names come from
/// whoever may register an application: such a cell begins with an apostrophe.
/// </summary>
internal sealed class CsvWriter(TextWriter writer)
{
    // Also the full-width forms, which spreadsheets of East Asia read as the same signs.
    private const string FormulaStart = "=+-@＝＋－＠|%";

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
        var text = PlainText.Of(value);
        if (text.Length > 0 && FormulaStart.Contains(text.TrimStart()[0], StringComparison.Ordinal))
        {
            text = "'" + text;
        }

        return text.AsSpan().ContainsAny(Quoted) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
