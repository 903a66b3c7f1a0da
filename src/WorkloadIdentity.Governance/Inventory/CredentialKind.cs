namespace WorkloadIdentity.Governance;

/// <summary>What a credential is.</summary>
public enum CredentialKind
{
    /// <summary>A client secret.</summary>
    Secret,

    /// <summary>A certificate that proves the application.</summary>
    Certificate,

    /// <summary>A certificate that signs tokens for the application (SAML), or a key for encryption. It proves nothing to Entra.</summary>
    SigningKey,

    /// <summary>A symmetric key.</summary>
    SymmetricKey,
}
