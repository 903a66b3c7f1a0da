namespace WorkloadIdentity.Governance;

/// <summary>
/// One reading. Sections whose limits are separate are read at the same time: the directory, the reports, and Identity Protection with
/// Conditional Access.
/// </summary>
internal sealed class InventoryReading(
    GraphClient graph, InventoryOptions options, InventoryTables tables, StateJournal? journal, IProgress<InventoryProgress>? progress)
{
    private readonly Lock _gate = new();
    private readonly int _requests = graph.Requests;
    private readonly DateTimeOffset _startedAt = graph.Options.TimeProvider.GetUtcNow();
    private int _done;

    public GraphClient Graph => graph;

    /// <summary>The tables. Read them between the pages of one's own section only.</summary>
    public InventoryTables Tables => tables;

    public DateTimeOffset Now => graph.Options.TimeProvider.GetUtcNow();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = SectionPlans.All.GroupBy(plan => plan.Group).Select(lane => RunAsync([.. lane], stop)).ToList();
        await Task.WhenAll(lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();

        // The error that stopped the others, and not their cancellation.
        var failed = lanes.Find(lane => lane.IsFaulted) ?? Task.WhenAll(lanes);
        await failed.ConfigureAwait(false);
    }

    /// <summary>Writes lines to the journal and to the tables. The last one makes them count.</summary>
    public void Write(IReadOnlyList<StateLine> lines)
    {
        journal?.Write(lines);
        lock (_gate)
        {
            foreach (var line in lines)
            {
                tables.Apply(line);
            }
        }
    }

    public void Report(InventorySectionName section, int rows) => progress?.Report(new InventoryProgress(
        section, rows, Volatile.Read(ref _done), SectionPlans.All.Count, graph.Requests - _requests));

    /// <summary>Looks something up while other lanes write.</summary>
    public T Look<T>(Func<InventoryTables, T> look)
    {
        lock (_gate)
        {
            return look(tables);
        }
    }

    private async Task RunAsync(IReadOnlyList<SectionPlan> lane, CancellationTokenSource stop)
    {
        try
        {
            foreach (var plan in lane)
            {
                stop.Token.ThrowIfCancellationRequested();
                await new SectionReading(this, plan).RunAsync(IsRecent(plan.Section), stop.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _done);
                Report(plan.Section, Look(all => all.Ended.GetValueOrDefault(plan.Section)?.Rows ?? 0));
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a section was read in full and not too long ago, or in this reading before it was interrupted.</summary>
    private bool IsRecent(InventorySectionName section) => Look(all =>
        all.Ended.TryGetValue(section, out var end) && end.State == SectionState.Complete
        && _startedAt - end.At is { } age && age <= options.MaxAge && age >= TimeSpan.FromMinutes(-5));
}
