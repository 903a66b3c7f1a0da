namespace WorkloadIdentity.Governance;

/// <summary>The last line of a state file: what stands before it is whole.</summary>
internal sealed class StateFooter
{
    /// <summary>How many lines stand before.</summary>
    public int Lines { get; init; }

    /// <summary>SHA-256 of everything before, hexadecimal.</summary>
    public string? Sha256 { get; init; }
}
