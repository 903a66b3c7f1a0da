namespace WorkloadIdentity.Governance;

/// <summary>The first line of a state file.</summary>
internal sealed class StateHeader
{
    public const string ThisFormat = "workload-identity-inventory";
    public const int ThisVersion = 2;

    public string? Format { get; init; }

    public int Version { get; init; }

    public string? TenantId { get; init; }

    public string? Endpoint { get; init; }
}
