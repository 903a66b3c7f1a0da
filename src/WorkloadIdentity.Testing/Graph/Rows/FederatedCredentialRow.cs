namespace WorkloadIdentity.Testing;

/// <summary>A federated identity credential.</summary>
internal sealed class FederatedCredentialRow(string id, string name, string issuer, string? subject, string audience) : GraphRow
{
    public override string Id => id;

    public string Name => name;

    public string Issuer => issuer;

    public string? Subject => subject;

    public string Audience => audience;

    public string? Description { get; init; }

    /// <summary>In place of a subject, in the beta version: a claims matching expression.</summary>
    public string? Expression { get; init; }
}
