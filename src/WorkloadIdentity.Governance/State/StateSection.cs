namespace WorkloadIdentity.Governance;

/// <summary>How the reading of a section ended.</summary>
internal sealed class StateSection
{
    public InventorySectionName Section { get; init; }

    public SectionState State { get; init; }

    public DateTimeOffset At { get; init; }

    public int Rows { get; init; }

    public string? Reason { get; init; }

    public string? Delta { get; init; }

    public IReadOnlyList<string>? Notes { get; init; }
}
