using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>A client secret in a vault.</summary>
internal sealed class VaultSecretSource
{
    // application/x-pkcs12 and application/x-pem-file are the vault's own types. People write others.
    private static readonly IReadOnlyList<string> CertificateTypes = ["pkcs12", "pkcs8", "x-pem", "pem-file", "pkix-cert", "x-x509"];

    private const string UseCertificate =
        $"For a certificate use {nameof(Vault)}.{nameof(Vault.DownloadedCertificate)} or {nameof(Vault)}.{nameof(Vault.RemoteCertificate)}"
            + ", or in configuration the kind KeyVaultCertificate.";

    private readonly VaultClient _client;
    private readonly string _name;
    private readonly TimeProvider _timeProvider;
    private readonly RefreshedItem<VaultSecret> _item;

    public VaultSecretSource(VaultClient client, string name, VaultOptions options, ILogger logger)
    {
        _client = client;
        _name = name;
        _timeProvider = options.TimeProvider;
        _item = new RefreshedItem<VaultSecret>($"The secret '{name}' in the key vault {client.Vault.Name}", ReadAsync, options, logger);
    }

    public ClientSecretAuthentication Authentication() => ClientSecretAuthentication.FromCallback(
        async (refusal, cancellationToken) => (await _item.GetAsync(refusal is not null, cancellationToken).ConfigureAwait(false)).Value,
        $"the secret '{_name}' in the key vault {_client.Vault.Name}");

    private async Task<VaultSecret> ReadAsync(CancellationToken cancellationToken)
    {
        var what = $"the secret '{_name}'";
        var secret =
            await VaultVersions.CurrentAsync(_client, "secrets", _name, what, _timeProvider.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
        var version = VaultVersions.Of(_client, "id", secret.Id, "secrets", _name);
        if (IsOfCertificate(secret))
        {
            throw _client.Unusable(
                $"holds {what}, which is a certificate with its private key. It is not a client secret, so it is not sent",
                TokenErrorKind.InvalidConfiguration,
                UseCertificate);
        }

        // A secret that was uploaded from a file often ends in a line break.
        var value = secret.Text?.Trim();
        return string.IsNullOrEmpty(value) || value.Any(char.IsControl)
            ? throw _client.Unusable(
                $"holds {what}, which is empty or has more than one line, so it is not sent",
                TokenErrorKind.InvalidConfiguration,
                $"It must be the client secret's value alone. {UseCertificate}")
            : new VaultSecret(version, secret.Attributes?.ExpiresOn, value);
    }

    /// <summary>
    /// The vault marks the secret of a certificate: it is managed, names its key, and states its content type. A certificate that was
    /// uploaded as a secret has a content type at most. It is recognised by its content before it would be sent.
    /// </summary>
    private static bool IsOfCertificate(VaultAnswer secret) =>
        secret.IsManaged == true
        || secret.KeyId is not null
        || (secret.ContentType is { } type
            && CertificateTypes.Any(known => type.Contains(known, StringComparison.OrdinalIgnoreCase)));
}
