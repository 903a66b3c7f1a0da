namespace WorkloadIdentity.Governance;

/// <summary>The service principals that hold one role of one API.</summary>
internal sealed class StateHolders
{
    public string Resource { get; init; } = "";

    public string Role { get; init; } = "";

    public IReadOnlyList<string> Principals { get; init; } = [];
}
