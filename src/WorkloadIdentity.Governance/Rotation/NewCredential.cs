using System.Diagnostics;

namespace WorkloadIdentity.Governance;

/// <summary>A credential that was added just now, with what is secret about it. No member prints that.</summary>
internal sealed class NewCredential(
    CredentialKind kind, RotationName name, string keyId, DateTimeOffset expiresOn, string content, ClientAuthentication authentication)
{
    public CredentialKind Kind => kind;

    public RotationName Name => name;

    public string KeyId => keyId;

    public DateTimeOffset ExpiresOn => expiresOn;

    /// <summary>The secret, or certificate and key as PEM: what is written to the destination.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Content => content;

    /// <summary>Proves the application with it.</summary>
    public ClientAuthentication Authentication => authentication;

    public override string ToString() => $"{kind} {keyId}";
}
