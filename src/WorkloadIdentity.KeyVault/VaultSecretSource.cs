using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>A client secret in a vault.</summary>
internal sealed class VaultSecretSource
{
    // application/x-pkcs12 and application/x-pem-file are the vault's own; people write others.
    private static readonly IReadOnlyList<string> CertificateTypes = ["pkcs12", "pkcs8", "x-pem", "pem-file", "pkix-cert", "x-x509"];

    private readonly VaultClient _client;
    private readonly string _name;
    private readonly TimeProvider _timeProvider;
    private readonly Followed<VaultSecret> _followed;

    public VaultSecretSource(VaultClient client, string name, VaultOptions options, ILogger logger)
    {
        _client = client;
        _name = name;
        _timeProvider = options.TimeProvider;
        _followed = new Followed<VaultSecret>($"The secret '{name}' in the key vault {client.Vault.Name}", ReadAsync, options, logger);
    }

    public string LooksFor => $"the secret '{_name}' in the key vault {_client.Vault.Name}";

    public async ValueTask<string> GetAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        (await _followed.GetAsync(exchange.Refusal is not null, cancellationToken).ConfigureAwait(false)).Value;

    private async Task<VaultSecret> ReadAsync(CancellationToken cancellationToken)
    {
        var what = $"the secret '{_name}'";
        var secret =
            await VaultVersions.CurrentAsync(_client, "secrets", _name, what, _timeProvider.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
        var version = VaultVersions.Of(_client, secret, "id", "secrets", _name);

        if (IsOfCertificate(secret))
        {
            throw _client.Unusable(
                $"holds {what}, which is a certificate with its private key. It is not a client secret, so it is not sent",
                TokenErrorKind.InvalidConfiguration,
                $"Use {nameof(Vault)}.{nameof(Vault.DownloadedCertificate)} or {nameof(Vault)}.{nameof(Vault.RemoteCertificate)}; "
                    + "in configuration the kind KeyVaultCertificate.");
        }

        // Put there from a file, it often ends in a line break.
        var value = secret.Text("value")?.Trim();
        return string.IsNullOrEmpty(value) || (value.Any(char.IsControl) && KeyMaterial.In(value) is null)
            ? throw _client.Unusable(
                $"holds {what}, which is empty, or more than one line",
                TokenErrorKind.InvalidConfiguration,
                "It must be the client secret's value alone; for a certificate use a verb for certificates.")
            : new VaultSecret(version, VaultAttributes.Of(secret).ExpiresOn, value);
    }

    /// <summary>
    /// A certificate's secret has the vault's own marks: it is managed, names its key, and says what it holds. One that was put there by
    /// hand says that at most, and is recognised by its content where it would be sent.
    /// </summary>
    private static bool IsOfCertificate(JsonElement secret) =>
        secret.Member("managed") is { ValueKind: JsonValueKind.True }
        || secret.Member("kid") is not null
        || (secret.Text("contentType") is { } type
            && CertificateTypes.Any(known => type.Contains(known, StringComparison.OrdinalIgnoreCase)));
}
