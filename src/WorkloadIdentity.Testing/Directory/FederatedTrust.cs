namespace WorkloadIdentity.Testing;

/// <summary>
/// A federated credential: the assertions an application accepts as itself. All three are compared exactly, letter case included.
/// </summary>
internal sealed class FederatedTrust(string issuer, string subject, string audience, DateTimeOffset knownFrom)
{
    /// <summary>Its id in the directory.</summary>
    public string Id { get; init; } = Guid.NewGuid().ToString();

    /// <summary>Its name, unique for the application; null for one that a test added.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    public string Issuer => issuer;

    public string Subject => subject;

    public string Audience => audience;

    /// <summary>From when on Entra's token endpoints know of it.</summary>
    public DateTimeOffset KnownFrom => knownFrom;
}
