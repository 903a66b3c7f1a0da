namespace WorkloadIdentity.Testing;

/// <summary>
/// A federated credential: the assertions an application accepts as itself. All three are compared exactly, letter case included.
/// </summary>
internal sealed class FederatedTrust(string issuer, string subject, string audience, DateTimeOffset knownFrom)
{
    public string Issuer => issuer;

    public string Subject => subject;

    public string Audience => audience;

    /// <summary>From when on Entra's token endpoints know of it.</summary>
    public DateTimeOffset KnownFrom => knownFrom;
}
