namespace WorkloadIdentity.Governance;

/// <summary>Reads a list page by page. A page is a place to go on from.</summary>
/// <param name="read">The list.</param>
/// <param name="line">What is kept of a row; null for nothing.</param>
internal sealed class PagesStep<T>(GraphRead<T> read, Func<InventoryTables, T, StateLine?> line) : InventoryStep
    where T : notnull
{
    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        var place = section.Place;
        var from = read.At(place.Step == step ? place.Next : null);
        await foreach (var page in section.Graph.PagesAsync(from, section.Json, cancellationToken).ConfigureAwait(false))
        {
            var rows = section.Look(tables => (page.Value ?? []).Select(row => line(tables, row)).OfType<StateLine>().ToList());
            section.Write(rows, section.Page(step, page.Value?.Count ?? 0, page.NextLink));
        }
    }
}
