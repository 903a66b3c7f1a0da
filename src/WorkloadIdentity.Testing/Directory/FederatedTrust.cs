namespace WorkloadIdentity.Testing;

/// <summary>A federated credential: the assertions an application accepts as itself. All three are compared exactly, letter case included.</summary>
internal sealed class FederatedTrust(string issuer, string subject, string audience)
{
    public string Issuer => issuer;

    public string Subject => subject;

    public string Audience => audience;
}
