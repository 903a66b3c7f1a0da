namespace WorkloadIdentity.Governance;

/// <summary>The reading of one section: goes on where an earlier one stopped, and says at the end how complete the section is.</summary>
internal sealed class SectionReading(InventoryReading reading, SectionPlan plan)
{
    private readonly List<string> _notes = [];
    private bool _isLinkLost;

    /// <summary>How the answers of this section are parsed.</summary>
    public GraphJson Json { get; } = reading.Graph.Json();

    public GraphClient Graph => reading.Graph;

    public DateTimeOffset Now => reading.Now;

    /// <summary>How far this section has come.</summary>
    public SectionPlace Place => reading.Look(tables => tables.Places[plan.Section]);

    public T Look<T>(Func<InventoryTables, T> look) => reading.Look(look);

    public void Note(string note) => _notes.Add(note);

    /// <param name="isRecent">Whether the state has the section. Then only changes are read, if Graph lists them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task RunAsync(bool isRecent, CancellationToken cancellationToken)
    {
        var link = reading.Look(tables => tables.Ended.GetValueOrDefault(plan.Section)?.Delta);
        if (isRecent && (plan.Changes is null || await TryUpdateAsync(link, cancellationToken).ConfigureAwait(false)))
        {
            return;
        }

        try
        {
            var isResumed = Begin();
            try
            {
                await RunStepsAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (GraphException exception) when (isResumed && MayBeTheLink(exception.Error))
            {
                BeginAnew();
                await RunStepsAsync(cancellationToken).ConfigureAwait(false);
            }

            End(SectionState.Complete, null);
        }
        catch (GraphException exception) when (MayBeMissing(exception.Error))
        {
            End(Place.Rows > 0 ? SectionState.Partial : SectionState.Missing, SectionReason.Of(plan.Section, exception.Error));
        }
    }

    /// <summary>A page of the section: its rows, and the place that is reached with them.</summary>
    public void Write(List<StateLine> rows, StatePage page)
    {
        rows.Add(new StateLine { Page = page });
        reading.Write(rows);
        reading.Report(plan.Section, Place.Rows);
    }

    /// <summary>Lines that count by themselves: the begin or end of a section.</summary>
    public void WriteLines(IReadOnlyList<StateLine> lines) => reading.Write(lines);

    public StatePage Page(int step, int rows, string? next = null, string? item = null, string? delta = null) => new()
    {
        Section = plan.Section,
        Step = step,
        Rows = rows,
        Next = next,
        Item = item,
        Delta = delta,
    };

    private async Task RunStepsAsync(CancellationToken cancellationToken)
    {
        for (var at = Place.Step; at < plan.Steps.Count; at++)
        {
            await plan.Steps[at].RunAsync(this, at, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Returns whether an earlier reading is gone on from.</summary>
    private bool Begin()
    {
        // A place that is too old is not gone on from: its first pages would be older than the section says.
        var isUnderWay = reading.Look(tables =>
            tables.Places.TryGetValue(plan.Section, out var place) && reading.Now - place.BeganAt < TimeSpan.FromHours(12));
        if (!isUnderWay)
        {
            BeginAnew();
        }

        return isUnderWay;
    }

    private void BeginAnew() =>
        reading.Write([new StateLine { Begin = new StateBegin { Section = plan.Section, At = reading.Now } }]);

    private void End(SectionState state, string? reason)
    {
        if (Json.Dates.Unreadable > 0)
        {
            Note($"{Json.Dates.Unreadable} dates could not be read and are left out, such as '{Json.Dates.Example}'.");
        }

        if (_isLinkLost)
        {
            Note("Later changes could not be read by the link to them"
                + (state == SectionState.Complete ? ", so the section was read in full." : "."));
        }

        var place = Place;
        reading.Write([new StateLine { End = Section(state, place.Rows, place.BeganAt, reason, place.Delta) }]);
    }

    private StateSection Section(SectionState state, int rows, DateTimeOffset at, string? reason, string? delta) => new()
    {
        Section = plan.Section,
        State = state,
        At = at,
        Rows = rows,
        Reason = reason,
        Delta = delta,
        Notes = _notes.Count == 0 ? null : _notes,
    };

    /// <summary>Brings the section up to date. Returns false if it has to be read in full.</summary>
    private async Task<bool> TryUpdateAsync(string? link, CancellationToken cancellationToken)
    {
        if (link is null)
        {
            return false;
        }

        try
        {
            var at = reading.Now;
            var (rows, delta) = await plan.Changes!.ReadAsync(this, link, cancellationToken).ConfigureAwait(false);
            rows.Add(new StateLine { Page = Page(0, rows.Count) });
            reading.Write(rows);
            reading.Write([new StateLine { End = Section(SectionState.Complete, reading.Look(plan.Changes.Count), at, null, delta) }]);
            return true;
        }
        catch (GraphException exception) when (MayBeTheLink(exception.Error) || MayBeMissing(exception.Error))
        {
            _isLinkLost = true;
            return false;
        }
    }

    /// <summary>
    /// Whether an error may come from a link that an earlier reading kept, because Graph takes such a link for a while only.
    /// </summary>
    private static bool MayBeTheLink(GraphError error) => error.Kind
        is GraphErrorKind.Expired or GraphErrorKind.NotFound or GraphErrorKind.Refused or GraphErrorKind.InvalidResponse;

    /// <summary>Whether the inventory goes on without the section.</summary>
    private bool MayBeMissing(GraphError error) => !plan.IsNeeded && error.Kind != GraphErrorKind.Unauthorized;
}
