namespace WorkloadIdentity.Governance;

/// <summary>Reads one list for each of some objects, the first pages in batches. An object is a place to go on from.</summary>
/// <param name="items">The objects and their lists.</param>
/// <param name="keep">What is kept of a row; null for nothing. A list may have many pages, and only this is held until its end.</param>
/// <param name="lines">The lines of an object.</param>
internal sealed class ItemsStep<T, TKept>(
    Func<InventoryTables, IEnumerable<(string Id, GraphRead<T> Read)>> items,
    Func<InventoryTables, T, TKept?> keep,
    Func<string, IReadOnlyList<TKept>, IEnumerable<StateLine>> lines)
    : InventoryStep
    where T : notnull
    where TKept : class
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

            var (count, kept) = (0, new List<TKept>());
            var first = page ?? throw new GraphException(error!);
            await foreach (var rows in section.Graph.RowsAsync(first, reads[index], section.Json, cancellationToken).ConfigureAwait(false))
            {
                count += rows.Count;
                kept.AddRange(section.Look(tables => rows.Select(row => keep(tables, row)).OfType<TKept>().ToList()));
            }

            section.Write([.. lines(open[index].Id, kept)], section.Page(step, count, item: open[index].Id));
        }

        section.Write([], section.Page(step, 0));
    }
}
