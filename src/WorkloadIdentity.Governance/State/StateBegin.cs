namespace WorkloadIdentity.Governance;

/// <summary>The reading of a section begins.</summary>
internal sealed class StateBegin
{
    public InventorySectionName Section { get; init; }

    public DateTimeOffset At { get; init; }
}
