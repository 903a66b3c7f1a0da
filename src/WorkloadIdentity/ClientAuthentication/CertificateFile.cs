using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>
/// A certificate and its key in one file, or in one file each. The files are read at each use and parsed if their content has changed, so
/// renewal needs no restart. There is no file watcher, because mounted volumes do not always raise its events.
/// </summary>
/// <remarks>
/// Certificate and key files are not replaced atomically. If a read finds a mismatched pair or half of a file, the previous pair stays in
/// use while it is valid. A signature always comes from one snapshot of a certificate and its key.
/// </remarks>
internal sealed class CertificateFile(string path, string? keyPath, Func<string?> password) : CertificateSource
{
    private volatile Snapshot? _last;
    private volatile byte[]? _warnedOf;

    public override string LooksFor => $"the certificate file '{path}'{(keyPath is null ? "" : $" with the key file '{keyPath}'")}";

    public override string HelpAnchor => HelpAnchors.ClientCertificateFile;

    public override ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(exchange));

    private CertificateResult Read(TokenExchange exchange)
    {
        var now = exchange.TimeProvider.GetUtcNow();
        var certificate = exchange.Environment.ReadFile(path);
        var key = keyPath is null ? null : exchange.Environment.ReadFile(keyPath);
        if (certificate.Bytes is null || key is { Bytes: null })
        {
            var (unread, what) = certificate.Bytes is null ? (certificate, "certificate") : (key!, "key");
            return new CertificateResult(null, $"The client {what} file {unread.Problem}", unread.Exception)
            {
                // A file that was there before may be in the middle of being replaced.
                IsTransient = unread.IsMissing && _last is not null,
            };
        }

        // Each file has its own hash, so that bytes cannot move from one file to the other unseen.
        var hash = SHA256.HashData([.. SHA256.HashData(certificate.Bytes), .. SHA256.HashData(key?.Bytes ?? [])]);
        if (_last is { } last && last.Hash.AsSpan().SequenceEqual(hash))
        {
            return last.Certificates.At(now);
        }

        var parsed = new CertificateParser($"The client certificate file '{path}'", $"The client key file '{keyPath}'", password())
            .Read(CertificateContent.Of(certificate.Bytes), key is null ? null : CertificateContent.Of(key.Bytes!));
        var found = parsed.At(now);
        if (found.Certificate is not null)
        {
            // If two calls race, either result is good.
            _last = new Snapshot(hash, parsed);
            return found;
        }

        if (_last?.Certificates.At(now).Certificate is not { } before || before.TimeProblem(now) is not null)
        {
            return found;
        }

        if (_warnedOf is not { } warned || !warned.AsSpan().SequenceEqual(hash))
        {
            _warnedOf = hash;
            Log.CertificateKept(exchange.Logger, before.Subject, found.Problem!);
        }

        return new CertificateResult(before);
    }

    private sealed record Snapshot(byte[] Hash, ParsedCertificates Certificates);
}
