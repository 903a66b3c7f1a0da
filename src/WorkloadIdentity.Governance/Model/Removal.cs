namespace WorkloadIdentity.Governance;

/// <summary>Marks a row of changes as deleted (<c>@removed</c>).</summary>
internal sealed class Removal
{
    public string? Reason { get; init; }
}
