using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>Writes a review for people and programs. Names of the directory are cleaned and escaped for each form.</summary>
public static class TenantReport
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n" };

    /// <summary>Writes one HTML page that loads nothing and runs no script.</summary>
    /// <param name="review">The review.</param>
    /// <param name="writer">Where to; UTF-8 in a file.</param>
    public static void WriteHtml(TenantReview review, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(writer);
        new HtmlReport(review, writer).Write();
    }

    /// <summary>Writes the findings as SARIF 2.1.0, for code scanning: at most 25,000, those of the greatest harm.</summary>
    /// <param name="review">The review.</param>
    /// <param name="stream">Where to.</param>
    public static void WriteSarif(TenantReview review, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(review);
        Write(stream, json => SarifReport.Write(json, review, review.Inventory.TenantId));
    }

    /// <summary>Writes the findings and the state of each section as JSON (schema wid-review/1).</summary>
    /// <param name="review">The review.</param>
    /// <param name="stream">Where to.</param>
    public static void WriteFindingsJson(TenantReview review, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(review);
        Write(stream, json => JsonReport.Findings(json, review));
    }

    /// <summary>Writes every identity, with the state of each section, as JSON (schema wid-inventory/1).</summary>
    /// <param name="review">The review.</param>
    /// <param name="stream">Where to.</param>
    public static void WriteInventoryJson(TenantReview review, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(review);
        Write(stream, json => JsonReport.Inventory(json, review));
    }

    /// <summary>Writes a row for each identity as comma-separated values (RFC 4180), safe to open in a spreadsheet.</summary>
    /// <param name="review">The review.</param>
    /// <param name="writer">Where to; UTF-8 in a file.</param>
    public static void WriteInventoryCsv(TenantReview review, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(writer);
        CsvReport.Write(review, new CsvWriter(writer));
    }

    private static void Write(Stream stream, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, Indented);
        write(json);
        json.Flush();
        stream.Write("\n"u8);
    }
}
