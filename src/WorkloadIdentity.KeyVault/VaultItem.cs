namespace WorkloadIdentity.KeyVault;

/// <summary>One version of something in a vault, as it was read. Immutable; prints its version alone.</summary>
internal abstract class VaultItem(string version, DateTimeOffset? expiresOn)
{
    public string Version { get; } = version;

    /// <summary>When the vault says it ends; null when it does not.</summary>
    public DateTimeOffset? ExpiresOn { get; } = expiresOn;

    /// <summary>Whether it may still be used when nothing newer can be read.</summary>
    public virtual bool IsUsable(DateTimeOffset now) => ExpiresOn is not { } end || end > now;

    public sealed override string ToString() => Version;
}

/// <summary>A certificate to sign with.</summary>
internal sealed class VaultCertificate(
    string version, DateTimeOffset? expiresOn, SigningCertificate certificate) : VaultItem(version, expiresOn)
{
    public SigningCertificate Certificate { get; } = certificate;
}

/// <summary>A secret's value.</summary>
internal sealed class VaultSecret(string version, DateTimeOffset? expiresOn, string value) : VaultItem(version, expiresOn)
{
    [System.Diagnostics.DebuggerBrowsable(System.Diagnostics.DebuggerBrowsableState.Never)]
    public string Value { get; } = value;

    /// <summary>When a client secret ends, Entra alone knows: a vault's date is a reminder.</summary>
    public override bool IsUsable(DateTimeOffset now) => true;
}
