namespace WorkloadIdentity.Governance;

/// <summary>How far the reading of a section has come.</summary>
internal sealed class SectionPlace(DateTimeOffset beganAt)
{
    public DateTimeOffset BeganAt { get; } = beganAt;

    public int Step { get; private set; }

    /// <summary>The next page of <see cref="Step"/>; null if that has not begun.</summary>
    public string? Next { get; private set; }

    /// <summary>The objects of <see cref="Step"/> that are done.</summary>
    public HashSet<string> Items { get; } = new(StringComparer.OrdinalIgnoreCase);

    public string? Delta { get; private set; }

    public int Rows { get; private set; }

    public void Reach(StatePage page)
    {
        Rows += page.Rows;
        Delta = page.Delta ?? Delta;
        if (page.Item is { } item)
        {
            Step = page.Step;
            Items.Add(item);
            return;
        }

        Items.Clear();
        Next = page.Next;
        Step = page.Next is null ? page.Step + 1 : page.Step;
    }
}
