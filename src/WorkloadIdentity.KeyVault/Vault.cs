using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// An Azure Key Vault that holds an application's certificate or client secret. A certificate is downloaded, or signs in the vault. The
/// vault is read over its REST interface with the tokens of another identity. The latest enabled version is used, and new versions replace
/// it. Safe for concurrent use. It never prints what it read.
/// </summary>
/// <remarks>
/// <para>The first token request reads the vault, not the constructor. An item is read again after
/// <see cref="VaultOptions.RereadAfter"/>, or after half of its remaining validity if that is less, and at once if Entra refuses it. While
/// it cannot be read again, the item held stays in use, and one warning says so (event 212).</para>
/// <para>Keep the vault for as long as the credentials that use it.</para>
/// </remarks>
public sealed class Vault
{
    private readonly VaultClient _client;
    private readonly VaultOptions _options;
    private readonly ILogger _logger;

    /// <summary>A vault that is reached with the tokens of <paramref name="acquirer"/>.</summary>
    /// <param name="address">The vault's address, such as <c>https://orders.vault.azure.net</c>.</param>
    /// <param name="acquirer">
    /// The identity that reaches the vault: a managed identity or a federated one. It cannot be an identity whose certificate or secret is
    /// in this vault. It is not disposed.
    /// </param>
    /// <param name="options">How the vault is read.</param>
    /// <exception cref="ArgumentException">
    /// The address is not a vault's, or an option is out of range. The message says what to do.
    /// </exception>
    public Vault(Uri address, ITokenAcquirer acquirer, VaultOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(acquirer);
        _options = (options ?? new VaultOptions()).Checked();
        _client = new VaultClient(VaultAddress.Require(address, _options, nameof(address)), acquirer, _options);
        _logger = _options.LoggerFactory?.CreateLogger(Log.Category) ?? NullLogger.Instance;
    }

    /// <summary>Scheme, host and port.</summary>
    public Uri Address => _client.Vault.Uri;

    /// <summary>
    /// A certificate that is downloaded with its key and signs in this process. The vault is read once an hour. The identity that reaches
    /// the vault needs the role Key Vault Certificate User.
    /// </summary>
    /// <param name="name">The certificate's name in the vault.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be a name in a vault.</exception>
    public ClientCertificateAuthentication DownloadedCertificate(string name) => Certificate(name, isRemote: false);

    /// <summary>
    /// A certificate whose key stays in the vault. The vault signs each token request, and each signature is checked against the
    /// certificate before it is sent. The identity that reaches the vault needs the roles Key Vault Reader and Key Vault Crypto User.
    /// </summary>
    /// <param name="name">The certificate's name in the vault. Its key need not be exportable.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be a name in a vault.</exception>
    public ClientCertificateAuthentication RemoteCertificate(string name) => Certificate(name, isRemote: true);

    /// <summary>A client secret. The identity that reaches the vault needs the role Key Vault Secrets User.</summary>
    /// <param name="name">The secret's name in the vault.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be a name in a vault.</exception>
    public ClientSecretAuthentication Secret(string name) =>
        new VaultSecretSource(_client, VaultAddress.RequireName(name, "secret", nameof(name)), _options, _logger).Authentication();

    /// <summary>The vault's host.</summary>
    public override string ToString() => _client.Vault.Name;

    private ClientCertificateAuthentication Certificate(string name, bool isRemote) =>
        new VaultCertificateSource(_client, VaultAddress.RequireName(name, "certificate", nameof(name)), isRemote, _options, _logger)
            .Authentication();
}
