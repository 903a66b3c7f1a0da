namespace WorkloadIdentity.Governance;

/// <summary>The tenant, as <c>/organization</c> answers it.</summary>
internal sealed class Organization
{
    public string? Id { get; init; }
}
