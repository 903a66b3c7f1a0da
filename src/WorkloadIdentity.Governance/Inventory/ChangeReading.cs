using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>Reads what has changed in a list since a link.</summary>
/// <param name="changes">The list of changes.</param>
/// <param name="line">The line of a changed row, given what is known of the object.</param>
/// <param name="count">How many rows the list has.</param>
internal sealed class ChangeReading(
    GraphRead<JsonElement> changes, Func<SectionReading, JsonElement, StateLine?> line, Func<InventoryTables, int> count)
{
    /// <summary>How many rows the list has.</summary>
    public Func<InventoryTables, int> Count { get; } = count;

    /// <summary>The rows that changed, and the link to the changes after them.</summary>
    public async Task<(List<StateLine> Rows, string Delta)> ReadAsync(
        SectionReading section, string link, CancellationToken cancellationToken)
    {
        var rows = new List<StateLine>();
        string? delta = null;
        await foreach (var page in section.Graph.PagesAsync(changes.At(link), section.Json, cancellationToken).ConfigureAwait(false))
        {
            foreach (var row in page.Value ?? [])
            {
                try
                {
                    if (row.TryGetProperty("@removed", out _) && row.TryGetProperty("id", out var id) && id.GetString() is { } gone)
                    {
                        rows.Add(new StateLine { Removed = gone });
                    }
                    else if (line(section, row) is { } changed)
                    {
                        rows.Add(changed);
                    }
                }
                catch (Exception exception) when (exception is JsonException or InvalidOperationException)
                {
                    throw new GraphException(
                        new GraphError(GraphErrorKind.InvalidResponse, "Graph sent a change that cannot be read."), exception);
                }
            }

            delta = page.DeltaLink;
        }

        return delta is not null ? (rows, delta) : throw new GraphException(new GraphError(
            GraphErrorKind.Refused, "Graph ended a list of changes without a link to later ones."));
    }
}
