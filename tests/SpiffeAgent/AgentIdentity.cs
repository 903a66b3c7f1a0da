namespace WorkloadIdentity.Tests;

/// <summary>An identity that the agent gives to a process, and how it signs the JWT-SVID.</summary>
/// <param name="SpiffeId">The SPIFFE ID that is returned beside the JWT-SVID.</param>
/// <param name="Hint">The operator's hint; empty for none.</param>
/// <param name="Issue">Makes the JWT-SVID for an audience.</param>
public sealed record AgentIdentity(string SpiffeId, string Hint, Func<string, string> Issue);
