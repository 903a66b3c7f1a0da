namespace WorkloadIdentity.Testing;

/// <summary>How a client proved who it is at the token endpoint (RFC 6749 section 2.3).</summary>
public enum ClientAuthenticationMethod
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>With a client secret in the form.</summary>
    Secret,

    /// <summary>With an assertion it signed with its certificate's key (RFC 7523).</summary>
    Certificate,

    /// <summary>With an assertion that another issuer signed.</summary>
    Federated,

    /// <summary>With its certificate in TLS (RFC 8705).</summary>
    MutualTls,
}
