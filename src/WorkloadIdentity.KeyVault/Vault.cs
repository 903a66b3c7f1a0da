using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// An Azure Key Vault that holds what an application proves itself with: a certificate, downloaded or signing in the vault, or a secret. It
/// is asked over its REST interface, with tokens of an identity of its own; the latest enabled version is used and followed. Safe for
/// concurrent use; never prints what it read.
/// </summary>
/// <remarks>
/// <para>Nothing is asked until the first token is needed. What was read is used for <see cref="VaultOptions.RereadAfter"/>, or for half of
/// what is left of its life if that is less, and read again at once where Entra refuses it. While it cannot be read again it stays in use,
/// and one warning says so (event 212).</para>
/// <para>Keep one for as long as the credentials made with it.</para>
/// </remarks>
public sealed class Vault
{
    private readonly VaultClient _client;
    private readonly VaultOptions _options;
    private readonly ILogger _logger;

    /// <summary>A vault reached with the tokens of <paramref name="acquirer"/>.</summary>
    /// <param name="address">Such as <c>https://orders.vault.azure.net</c>.</param>
    /// <param name="acquirer">
    /// Another identity than those whose proof lies in the vault: a managed identity, or a federated one. It is not disposed.
    /// </param>
    /// <param name="options">How to ask.</param>
    /// <exception cref="ArgumentException">The address is not one of Key Vault's, or an option cannot work; the message says what to
    /// do.</exception>
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
    /// A certificate whose key is downloaded with it and signs in this process: one visit to the vault an hour. Its identity needs the role
    /// Key Vault Certificate User.
    /// </summary>
    /// <param name="name">Of the certificate in the vault.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is none.</exception>
    public ClientCertificateAuthentication DownloadedCertificate(string name) => Certificate(name, isRemote: false);

    /// <summary>
    /// A certificate whose key never leaves the vault: the vault signs each token request. Its identity needs the roles Key Vault Reader
    /// and Key Vault Crypto User. A signature is checked against the certificate before it is used.
    /// </summary>
    /// <param name="name">Of the certificate in the vault. Its key may be one that cannot be exported.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is none.</exception>
    public ClientCertificateAuthentication RemoteCertificate(string name) => Certificate(name, isRemote: true);

    /// <summary>A client secret. Its identity needs the role Key Vault Secrets User.</summary>
    /// <param name="name">Of the secret in the vault.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is none.</exception>
    public ClientSecretAuthentication Secret(string name)
    {
        var source = new VaultSecretSource(_client, VaultAddress.RequireName(name, "secret", nameof(name)), _options, _logger);
        return ClientSecretAuthentication.From(source.LooksFor, source.GetAsync);
    }

    /// <summary>Its host.</summary>
    public override string ToString() => _client.Vault.Name;

    private ClientCertificateAuthentication Certificate(string name, bool isRemote) => ClientCertificateAuthentication.From(
        new VaultCertificateSource(_client, VaultAddress.RequireName(name, "certificate", nameof(name)), isRemote, _options, _logger));
}
