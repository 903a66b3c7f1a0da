using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// A certificate with its key as text: PEM, or PFX in base64, as vaults and settings hold it. Read at each use and parsed when it has
/// changed.
/// </summary>
internal sealed class CertificateValue(string place, Func<string?> value, Func<string?> password) : CertificateSource
{
    private readonly string _name = $"The client certificate ({place})";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private volatile Snapshot? _last;

    public override string LooksFor => place;

    public override ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Parse().At(exchange.TimeProvider.GetUtcNow()));

    /// <summary>What the text holds at this moment.</summary>
    public ParsedCertificates Parse()
    {
        var text = value() ?? "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        if (_last is { } last && last.Hash.AsSpan().SequenceEqual(hash))
        {
            return last.Certificates;
        }

        if (CertificateContent.Of(text) is not { } content)
        {
            return ParsedCertificates.Unusable(
                $"{_name} is neither PEM nor base64. Give the text of a PEM file, or a PFX file in base64");
        }

        var parsed = new CertificateParser(_name, keyName: "", password()).Read(content, key: null);
        if (parsed.Problem is null)
        {
            _last = new Snapshot(hash, parsed);
        }

        return parsed;
    }

    private sealed record Snapshot(byte[] Hash, ParsedCertificates Certificates);
}
