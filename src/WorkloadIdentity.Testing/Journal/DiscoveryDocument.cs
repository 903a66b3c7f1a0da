namespace WorkloadIdentity.Testing;

/// <summary>What a client looked up before it asked for a token.</summary>
public enum DiscoveryDocument
{
    /// <summary>Whether a host is an authority (instance discovery).</summary>
    Instance,

    /// <summary>A tenant's or an issuer's endpoints (OpenID Connect Discovery 1.0).</summary>
    OpenId,

    /// <summary>A tenant's or an issuer's public keys (RFC 7517).</summary>
    Keys,
}
