namespace WorkloadIdentity.Governance;

/// <summary>What belongs to one application or service principal. Null lists are not known.</summary>
internal sealed class StateRelations
{
    public string Id { get; init; } = "";

    public IReadOnlyList<DirectoryObject>? Owners { get; init; }

    public IReadOnlyList<DirectoryObject>? Sponsors { get; init; }

    public string? Blueprint { get; init; }

    public IReadOnlyList<FederatedCredential>? Federations { get; init; }

    public CustomSecurityAttributes? Attributes { get; init; }
}
