using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>
/// A certificate and its key in one file, or in one file each. Read at each use and parsed when the content has changed: renewal needs no
/// restart, and no watcher that a mounted volume could fail to wake.
/// </summary>
/// <remarks>
/// Two files are not replaced in one moment, and one is not always replaced at once: a reader may meet the new certificate with the old
/// key, or half of a file. Such a reading is not used: the pair read before is, for as long as it is valid. What is signed with is always
/// one snapshot of certificate and key that belong together.
/// </remarks>
internal sealed class CertificateFile(string path, string? keyPath, Func<string?> password) : CertificateSource
{
    private volatile Snapshot? _last;
    private volatile byte[]? _warnedOf;

    public override string Place => $"the certificate file '{path}'{(keyPath is null ? "" : $" with the key file '{keyPath}'")}";

    public override string HelpAnchor => HelpAnchors.ClientCertificateFile;

    public override ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(exchange));

    private CertificateReading Read(TokenExchange exchange)
    {
        var now = exchange.TimeProvider.GetUtcNow();
        var certificate = exchange.Environment.ReadFile(path);
        var key = keyPath is null ? null : exchange.Environment.ReadFile(keyPath);
        if (certificate.Bytes is null || key is { Bytes: null })
        {
            var (unread, what) = certificate.Bytes is null ? (certificate, "certificate") : (key!, "key");
            return new CertificateReading(null, $"The client {what} file {unread.Problem}", unread.Exception)
            {
                // One that was there a moment ago may be about to be put back in place.
                IsTransient = unread.IsMissing && _last is not null,
            };
        }

        // Of each by itself, so that no byte can move from the end of one to the beginning of the other unseen.
        var hash = SHA256.HashData([.. SHA256.HashData(certificate.Bytes), .. SHA256.HashData(key?.Bytes ?? [])]);
        if (_last is { } last && last.Hash.AsSpan().SequenceEqual(hash))
        {
            return last.Certificates.At(now);
        }

        var parsed = new CertificateParser($"The client certificate file '{path}'", $"The client key file '{keyPath}'", password())
            .Read(CertificateContent.Of(certificate.Bytes), key is null ? null : CertificateContent.Of(key.Bytes!));
        var reading = parsed.At(now);
        if (reading.Certificate is not null)
        {
            // Two that race here each parsed what they read: whichever is kept, both are good.
            _last = new Snapshot(hash, parsed);
            return reading;
        }

        if (_last?.Certificates.At(now).Certificate is not { } before || before.TimeProblem(now) is not null)
        {
            return reading;
        }

        if (_warnedOf is not { } warned || !warned.AsSpan().SequenceEqual(hash))
        {
            _warnedOf = hash;
            Log.CertificateKept(exchange.Logger, before.Subject, reading.Problem!);
        }

        return new CertificateReading(before);
    }

    private sealed record Snapshot(byte[] Hash, ParsedCertificates Certificates);
}
