using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>A client secret in a vault.</summary>
internal sealed class VaultSecretSource
{
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

    public string Place => $"the secret '{_name}' in the key vault {_client.Vault.Name}";

    public async ValueTask<string> GetAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        (await _followed.GetAsync(exchange.Remint, cancellationToken).ConfigureAwait(false)).Value;

    private async Task<VaultSecret> ReadAsync(CancellationToken cancellationToken)
    {
        var what = $"the secret '{_name}'";
        var secret = await VaultVersions.CurrentAsync(_client, "secrets", _name, what, _timeProvider.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        var version = VaultVersions.Of(_client, secret, "id", "secrets", _name);

        // Put there from a file, it often ends in a line break.
        var value = secret.Text("value")?.Trim();
        return string.IsNullOrEmpty(value) || Require.HasControlCharacter(value)
            ? throw _client.Unusable($"holds {what}, which is empty, or more than one line", TokenErrorKind.InvalidConfiguration, "It must be the client secret's value alone; for a certificate use a verb for certificates.")
            : new VaultSecret(version, VaultAttributes.Of(secret).ExpiresOn, value);
    }
}
