using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity.KeyVault;

/// <summary>One version of an item of a vault, as it was read. Immutable. It prints its version alone.</summary>
internal abstract class VaultItem(string version, DateTimeOffset? expiresOn)
{
    public string Version { get; } = version;

    /// <summary>When the item expires according to the vault; null if it does not.</summary>
    public DateTimeOffset? ExpiresOn { get; } = expiresOn;

    /// <summary>Whether the item may still be used if no newer one can be read.</summary>
    public virtual bool IsUsable(DateTimeOffset now) => ExpiresOn is not { } end || end > now;

    public sealed override string ToString() => Version;
}

/// <summary>A certificate to sign with.</summary>
/// <param name="version">The version in the vault.</param>
/// <param name="certificates">
/// The certificate to sign with, first. If it was downloaded, it has its private key, and those that issued it may follow.
/// </param>
/// <param name="keyVersion">The version of the key that signs in the vault; null if the key was downloaded.</param>
internal sealed class VaultCertificate(string version, X509Certificate2Collection certificates, string? keyVersion)
    : VaultItem(version, certificates[0].NotAfter)
{
    public X509Certificate2Collection Certificates { get; } = certificates;

    public string? KeyVersion { get; } = keyVersion;

    public bool Is(X509Certificate2 certificate) =>
        Certificates[0].RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span);
}

/// <summary>The value of a secret.</summary>
internal sealed class VaultSecret(string version, DateTimeOffset? expiresOn, string value) : VaultItem(version, expiresOn)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string Value { get; } = value;

    /// <summary>Only Entra knows when a client secret expires. The vault's date is a reminder.</summary>
    public override bool IsUsable(DateTimeOffset now) => true;
}
