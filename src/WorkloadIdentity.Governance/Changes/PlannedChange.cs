namespace WorkloadIdentity.Governance;

/// <summary>One change of a <see cref="ChangePlan"/>.</summary>
public sealed class PlannedChange
{
    private readonly Func<CancellationToken, Task<string?>> _make;

    internal PlannedChange(string what, string undo, Func<CancellationToken, Task<string?>> make)
    {
        (What, Undo, _make) = (what, undo, make);
    }

    /// <summary>What changes.</summary>
    public string What { get; }

    /// <summary>How to undo it, or that it cannot be undone.</summary>
    public string Undo { get; }

    /// <summary>What came of it, such as the id of a new credential; null before it was made.</summary>
    public string? Outcome { get; private set; }

    /// <summary>What changes.</summary>
    public override string ToString() => What;

    internal async Task MakeAsync(CancellationToken cancellationToken) =>
        Outcome = await _make(cancellationToken).ConfigureAwait(false) ?? "done";
}
