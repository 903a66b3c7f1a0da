using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// A certificate in a vault. A downloaded certificate comes with its key out of the vault's secret of the same version. For a remote one,
/// the public part is read, and the vault signs with the key of that version.
/// </summary>
internal sealed class VaultCertificateSource
{
    private readonly VaultClient _client;
    private readonly string _name;
    private readonly bool _isRemote;
    private readonly TimeProvider _timeProvider;
    private readonly RefreshedItem<VaultCertificate> _item;
    private volatile VaultCertificate? _current;
    private volatile VaultCertificate? _previous;

    public VaultCertificateSource(VaultClient client, string name, bool isRemote, VaultOptions options, ILogger logger)
    {
        _client = client;
        _name = name;
        _isRemote = isRemote;
        _timeProvider = options.TimeProvider;
        _item = new RefreshedItem<VaultCertificate>(
            $"The certificate '{name}' in the key vault {client.Vault.Name}", ReadAsync, options, logger);
    }

    public ClientCertificateAuthentication Authentication() => _isRemote
        ? ClientCertificateAuthentication.FromSigner(
            async (refusal, cancellationToken) => (await GetAsync(refusal, cancellationToken).ConfigureAwait(false))[0],
            SignAsync,
            $"{Place}, which signs there")
        : ClientCertificateAuthentication.FromCallback(GetAsync, Place);

    private string Place => $"the certificate '{_name}' in the key vault {_client.Vault.Name}";

    private async ValueTask<X509Certificate2Collection> GetAsync(TokenError? refusal, CancellationToken cancellationToken) =>
        (await _item.GetAsync(refusal is not null, cancellationToken).ConfigureAwait(false)).Certificates;

    /// <summary>Signs with the key of the version of <paramref name="certificate"/>, also if a newer version was read since.</summary>
    private ValueTask<byte[]> SignAsync(
        X509Certificate2 certificate, ReadOnlyMemory<byte> hash, RSASignaturePadding padding, CancellationToken cancellationToken)
    {
        var signing = new[] { _current, _previous }.FirstOrDefault(known => known?.Is(certificate) == true)
            ?? throw new InvalidOperationException("The certificate was replaced twice while it signed.");
        return _client.SignAsync(
            _name,
            signing.KeyVersion!,
            padding == RSASignaturePadding.Pss ? VaultClient.Ps256 : VaultClient.Rs256,
            hash,
            cancellationToken);
    }

    private async Task<VaultCertificate> ReadAsync(CancellationToken cancellationToken)
    {
        var what = $"the certificate '{_name}'";
        var described =
            await VaultVersions.CurrentAsync(_client, "certificates", _name, what, _timeProvider.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
        var version = VaultVersions.Of(_client, "id", described.Id, "certificates", _name);
        var certificate = PublicPart(described, what);
        using (var key = certificate.GetRSAPublicKey())
        {
            if (key is not { KeySize: >= 2048 })
            {
                throw Unfit(key is null
                    ? "has a key that is not RSA, and Entra accepts only RSA here"
                    : $"has an RSA key of {key.KeySize} bits, and Entra accepts no key of less than 2048 bits");
            }
        }

        // A version never changes, so the key that is held is not fetched again.
        if (_current is { } current && current.Version == version && current.Is(certificate))
        {
            return current;
        }

        var next = _isRemote
            ? new VaultCertificate(version, [certificate], VaultVersions.Of(_client, "kid", described.KeyId, "keys", _name))
            : new VaultCertificate(
                version, await DownloadAsync(described, certificate, what, cancellationToken).ConfigureAwait(false), keyVersion: null);
        _previous = _current;
        return _current = next;
    }

    private async Task<X509Certificate2Collection> DownloadAsync(
        VaultAnswer described, X509Certificate2 certificate, string what, CancellationToken cancellationToken)
    {
        if (described.Policy?.KeyProperties?.IsExportable == false)
        {
            throw Unfit(
                "has a key that cannot be exported, so it cannot be downloaded. Sign in the vault instead: "
                    + $"{nameof(Vault)}.{nameof(Vault.RemoteCertificate)}");
        }

        var version = VaultVersions.Of(_client, "sid", described.SecretId, "secrets", _name);
        var secret = await _client.GetAsync($"secrets/{_name}/{version}", $"the secret of {what}", cancellationToken).ConfigureAwait(false);
        X509Certificate2Collection downloaded;
        try
        {
            downloaded = ClientCertificateAuthentication.ReadCertificates(secret.Text ?? "");
        }
        catch (CryptographicException exception)
        {
            throw Unfit($"cannot be read from its secret. {exception.Message.TrimEnd('.')}", exception);
        }

        var signing = downloaded.FirstOrDefault(one => one.HasPrivateKey
            && one.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
        return signing is null
            ? throw Unfit("differs between its secret and its description. Import it again, with its own key")
            : [signing, .. downloaded.Where(other => other != signing && !other.HasPrivateKey)];
    }

    private X509Certificate2 PublicPart(VaultAnswer described, string what)
    {
        try
        {
            return described.Certificate is { } cer && Base64.IsValid(cer)
                ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(cer))
                : throw _client.Unusable($"returned no certificate ('cer') when asked for {what}");
        }
        catch (CryptographicException exception)
        {
            throw _client.Unusable($"returned a damaged certificate ('cer') when asked for {what}", exception: exception);
        }
    }

    private TokenAcquisitionException Unfit(string problem, Exception? exception = null) => new(new TokenError(
        TokenErrorKind.InvalidConfiguration, $"The certificate '{_name}' of the key vault {_client.Vault.Name} {problem}.")
    {
        HelpAnchor = VaultError.HelpAnchor,
        Exception = exception,
    });
}
