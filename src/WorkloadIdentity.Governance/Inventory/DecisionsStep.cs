namespace WorkloadIdentity.Governance;

/// <summary>Reads the decisions of the latest round of each access review.</summary>
internal sealed class DecisionsStep : InventoryStep
{
    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        var reviews = section.Look(tables => tables.Reviews.ConvertAll(review => review.Id));
        var rounds = await AllAsync(section, reviews.ConvertAll(GraphReads.AccessReviewInstances), cancellationToken).ConfigureAwait(false);
        var latest = reviews.Zip(rounds, (review, list) => (Review: review, Round: list.MaxBy(round => round.StartDateTime)?.Id))
            .Where(pair => pair.Round is not null).ToList();
        var decisions = await AllAsync(
            section, latest.ConvertAll(pair => GraphReads.AccessReviewDecisions(pair.Review, pair.Round!)), cancellationToken)
            .ConfigureAwait(false);
        var lines = latest.Zip(
            decisions,
            (pair, items) => new StateLine { Decisions = new StateDecisions { Review = pair.Review, Items = items } });
        section.Write([.. lines], section.Page(step, 0));
    }

    /// <summary>All rows of several lists, the first pages in batches.</summary>
    private static async Task<List<T>[]> AllAsync<T>(
        SectionReading section, IReadOnlyList<GraphRead<T>> reads, CancellationToken cancellationToken)
        where T : notnull
    {
        var lists = new List<T>[reads.Count];
        await foreach (var (index, page, error) in
            section.Graph.Batch.ReadAsync(reads, section.Json, cancellationToken).ConfigureAwait(false))
        {
            lists[index] = [];
            var first = page ?? throw new GraphException(error!);
            await foreach (var rows in section.Graph.RowsAsync(first, reads[index], section.Json, cancellationToken).ConfigureAwait(false))
            {
                lists[index].AddRange(rows);
            }
        }

        return lists;
    }
}
