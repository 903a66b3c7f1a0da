namespace WorkloadIdentity.Governance;

/// <summary>What a service did with a plan.</summary>
public sealed class ChangeRecord
{
    internal ChangeRecord(ChangePlan plan, ChangeOutcome outcome, string? reason, DateTimeOffset at)
    {
        (Plan, Outcome, Reason, At) = (plan, outcome, reason, at);
    }

    /// <summary>The plan: tenant, object, acting identity, changes. The changes that were made have an outcome.</summary>
    public ChangePlan Plan { get; }

    /// <summary>What became of it.</summary>
    public ChangeOutcome Outcome { get; }

    /// <summary>Why it was not made; null if it was.</summary>
    public string? Reason { get; }

    /// <summary>When that was.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Outcome and object.</summary>
    public override string ToString() => $"{Outcome}: {Plan.Target}";
}
