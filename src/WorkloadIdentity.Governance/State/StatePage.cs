namespace WorkloadIdentity.Governance;

/// <summary>A place in a section that reading can go on from. The rows before it are complete up to here.</summary>
internal sealed class StatePage
{
    public InventorySectionName Section { get; init; }

    /// <summary>The step of the section, counted from 0.</summary>
    public int Step { get; init; }

    /// <summary>The link to the next page of the step; null after the last one.</summary>
    public string? Next { get; init; }

    /// <summary>The object whose rows these are, in steps that ask for one object after the other.</summary>
    public string? Item { get; init; }

    /// <summary>The link to later changes.</summary>
    public string? Delta { get; init; }

    public int Rows { get; init; }
}
