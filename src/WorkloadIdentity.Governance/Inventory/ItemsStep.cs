namespace WorkloadIdentity.Governance;

/// <summary>Reads one list for each of some objects, the first pages in batches. An object is a place to go on from.</summary>
/// <param name="items">The objects and their lists.</param>
/// <param name="lines">What is kept of the rows of an object.</param>
internal sealed class ItemsStep<T>(
    Func<InventoryTables, IEnumerable<(string Id, GraphRead<T> Read)>> items,
    Func<InventoryTables, string, IReadOnlyList<T>, IEnumerable<StateLine>> lines)
    : InventoryStep
    where T : notnull
{
    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        var done = section.Place is { } place && place.Step == step ? place.Items : [];
        var open = section.Look(tables => items(tables).Where(item => !done.Contains(item.Id)).ToList());
        var reads = open.ConvertAll(item => item.Read);
        await foreach (var (index, page, error) in
            section.Graph.Batch.ReadAsync(reads, section.Json, cancellationToken).ConfigureAwait(false))
        {
            if (error is { Kind: GraphErrorKind.NotFound })
            {
                // Deleted since the list of objects was read.
                section.Write([], section.Page(step, 0, item: open[index].Id));
                continue;
            }

            var rows = page is null ? throw new GraphException(error!) : new List<T>(page.Value ?? []);
            if (page.NextLink is { } next)
            {
                var rest = section.Graph.PagesAsync(reads[index].At(next), section.Json, cancellationToken);
                await foreach (var further in rest.ConfigureAwait(false))
                {
                    rows.AddRange(further.Value ?? []);
                }
            }

            var kept = section.Look(tables => lines(tables, open[index].Id, rows).ToList());
            section.Write(kept, section.Page(step, rows.Count, item: open[index].Id));
        }

        section.Write([], section.Page(step, 0));
    }
}
