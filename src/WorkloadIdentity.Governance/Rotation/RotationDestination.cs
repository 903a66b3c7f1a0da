using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>Where a new credential is written, for the programs that use it.</summary>
public abstract class RotationDestination
{
    private protected RotationDestination(string name, string identity)
    {
        Name = name;
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..8];
    }

    /// <summary>Its name for messages: the path of the file, or the address in the vault.</summary>
    public string Name { get; }

    /// <summary>Tells destinations apart in the names of credentials.</summary>
    internal string Fingerprint { get; }

    /// <summary>
    /// A file that only this user may read (0600). It is replaced in one step: a reader sees the old content or the whole new one. A secret
    /// is one line; a certificate is PEM with its key. A second file beside it (<c>.rotation</c>) says which credential it holds.
    /// </summary>
    /// <param name="path">The path. Its folder must exist.</param>
    public static RotationDestination ToFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new FileDestination(Path.GetFullPath(path));
    }

    /// <summary>
    /// A new version of a secret or of a certificate in Azure Key Vault. The identity needs <c>Key Vault Secrets Officer</c>;
    /// for a certificate <c>Key Vault Certificates Officer</c>, and <c>Key Vault Secrets User</c> unless
    /// <see cref="RotationRequest.Proof"/> is given.
    /// </summary>
    /// <param name="vault">The vault, such as <c>https://orders.vault.azure.net</c>.</param>
    /// <param name="name">The name of the secret or certificate.</param>
    /// <param name="acquirer">The source of tokens for the vault. It must outlive the destination.</param>
    /// <exception cref="ArgumentException">The vault is not a host of Key Vault, or the name is none of Key Vault.</exception>
    public static RotationDestination ToKeyVault(Uri vault, string name, ITokenAcquirer acquirer) =>
        new KeyVaultDestination(vault, name, acquirer, transport: null);

    /// <summary>Whether other machines may write to it. A file is of one machine.</summary>
    internal virtual bool IsShared => false;

    /// <summary>Looks whether a credential can be written to it, as far as that can be seen without writing.</summary>
    /// <exception cref="IOException">It cannot. The message says why.</exception>
    internal virtual Task CheckAsync(CredentialKind kind, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What to know before a credential is written to it; null for nothing.</summary>
    internal virtual string? Note => null;

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    /// <summary>Notes that a credential of this name will be added, so that it can be told later whether it arrived.</summary>
    internal abstract Task PrepareAsync(RotationName name, CancellationToken cancellationToken);

    /// <summary>Whether it has the credential of this name.</summary>
    internal abstract Task<DestinationState> FindAsync(RotationName name, CredentialKind kind, CancellationToken cancellationToken);

    /// <summary>Writes the credential. When it returns, readers see it.</summary>
    internal abstract Task WriteAsync(NewCredential credential, CancellationToken cancellationToken);

    /// <summary>What it has now; null for nothing. It is a secret.</summary>
    internal abstract Task<string?> ReadAsync(CancellationToken cancellationToken);
}
