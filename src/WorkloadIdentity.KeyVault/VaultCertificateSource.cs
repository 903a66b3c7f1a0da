using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// A certificate in a vault. Downloaded, it comes with its key out of the vault's secret of the same version; remote, its public part is
/// read and the vault signs with the key of that very version: the snapshot that is signed with names it, so a rotation in between cannot
/// mix two.
/// </summary>
internal sealed class VaultCertificateSource : CertificateSource
{
    private readonly VaultClient _client;
    private readonly string _name;
    private readonly bool _isRemote;
    private readonly TimeProvider _timeProvider;
    private readonly Followed<VaultCertificate> _followed;
    private volatile VaultCertificate? _last;

    public VaultCertificateSource(VaultClient client, string name, bool isRemote, VaultOptions options, ILogger logger)
    {
        _client = client;
        _name = name;
        _isRemote = isRemote;
        _timeProvider = options.TimeProvider;
        _followed =
            new Followed<VaultCertificate>($"The certificate '{name}' in the key vault {client.Vault.Name}", ReadAsync, options, logger);
    }

    public override string LooksFor =>
        $"the certificate '{_name}' in the key vault {_client.Vault.Name}{(_isRemote ? ", which signs there" : "")}";

    public override string HelpAnchor => VaultRefusal.HelpAnchor;

    public override async ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        new((await _followed.GetAsync(exchange.Refusal is not null, cancellationToken).ConfigureAwait(false)).Certificate);

    private async Task<VaultCertificate> ReadAsync(CancellationToken cancellationToken)
    {
        var what = $"the certificate '{_name}'";
        var described =
            await VaultVersions.CurrentAsync(_client, "certificates", _name, what, _timeProvider.GetUtcNow(), cancellationToken)
                .ConfigureAwait(false);
        var version = VaultVersions.Of(_client, described, "id", "certificates", _name);
        using var certificate = PublicPart(described, what);

        // A version never changes: the key in hand is not fetched again, and what a snapshot learned of its key stays known.
        if (_last is { } last && last.Version == version
            && last.Certificate.Sha256.AsSpan().SequenceEqual(SHA256.HashData(certificate.RawDataMemory.Span)))
        {
            return last;
        }

        var signing =
            _isRemote
                ? Remote(described, certificate)
                : await DownloadAsync(described, certificate, what, cancellationToken).ConfigureAwait(false);
        return _last = new VaultCertificate(version, signing.NotAfter, signing);
    }

    private SigningCertificate Remote(JsonElement described, X509Certificate2 certificate)
    {
        var keyVersion = VaultVersions.Of(_client, described, "kid", "keys", _name);
        var (signing, problem) = SigningCertificate.For(certificate, (_, hash, padding, cancellationToken) =>
            _client.SignAsync(
                _name,
                keyVersion,
                padding == RSASignaturePadding.Pss ? ClientAssertion.Ps256 : ClientAssertion.Rs256,
                hash,
                cancellationToken));
        return signing ?? throw Unfit(problem!);
    }

    private async Task<SigningCertificate> DownloadAsync(
        JsonElement described, X509Certificate2 certificate, string what, CancellationToken cancellationToken)
    {
        if (described.Member("policy")?.Member("key_props")?.Member("exportable") is { ValueKind: JsonValueKind.False })
        {
            throw Unfit(
                $"has a key that cannot be exported, so it cannot be downloaded. Sign in the vault instead: "
                    + $"{nameof(Vault)}.{nameof(Vault.RemoteCertificate)}");
        }

        var version = VaultVersions.Of(_client, described, "sid", "secrets", _name);
        var secret = await _client.GetAsync($"secrets/{_name}/{version}", $"the secret of {what}", cancellationToken).ConfigureAwait(false);
        var content = secret.Text("value") is { Length: > 0 } value ? CertificateContent.Of(value) : null;
        if (content is null)
        {
            throw Unfit("is neither PEM nor base64 in its secret. Import it as PFX or PEM");
        }

        var place = $"The certificate '{_name}' of the key vault {_client.Vault.Name}";
        var parsed = new CertificateParser(place, keyName: "", password: null).Read(content, key: null);
        if (parsed.Problem is { } problem)
        {
            throw _client.Unusable(
                $"holds {what}, and it cannot be used", TokenErrorKind.InvalidConfiguration, $"{problem}.", parsed.Exception);
        }

        var sha256 = SHA256.HashData(certificate.RawDataMemory.Span);
        return parsed.All.FirstOrDefault(signing => signing.Sha256.AsSpan().SequenceEqual(sha256))
            ?? throw Unfit("is another one in its secret than in its description. Import it again, with its own key");
    }

    private X509Certificate2 PublicPart(JsonElement described, string what)
    {
        try
        {
            return described.Text("cer") is { } cer && Base64.IsValid(cer)
                ? X509CertificateLoader.LoadCertificate(Convert.FromBase64String(cer))
                : throw _client.Unusable($"answered without a certificate ('cer') when asked for {what}");
        }
        catch (CryptographicException exception)
        {
            throw _client.Unusable($"answered with a damaged certificate ('cer') when asked for {what}", exception: exception);
        }
    }

    private TokenAcquisitionException Unfit(string problem) => new(new TokenError(
        TokenErrorKind.InvalidConfiguration, $"The certificate '{_name}' of the key vault {_client.Vault.Name} {problem}.")
    {
        HelpAnchor = VaultRefusal.HelpAnchor,
    });
}
