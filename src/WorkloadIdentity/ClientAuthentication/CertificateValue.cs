using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity;

/// <summary>A certificate with its key as text: PEM, or PFX in base64, as vaults and settings hold it. Read at each use and parsed when it has changed.</summary>
internal sealed class CertificateValue(Func<string?> value, Func<string?> password) : CertificateSource
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private volatile Snapshot? _last;

    public override string Place => "a certificate given as text";

    public override ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) => ValueTask.FromResult(Read());

    public CertificateReading Read()
    {
        var text = value() ?? "";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        if (_last is { } last && last.Hash.AsSpan().SequenceEqual(hash))
        {
            return new CertificateReading(last.Certificate);
        }

        if (Bytes(text) is not { } bytes)
        {
            return new CertificateReading(null, "The client certificate that was given as text is neither PEM nor base64. Give the text of a PEM file, or a PFX file in base64");
        }

        var reading = new CertificateParser("The client certificate that was given as text", keyName: "", password()).Read(bytes, key: null);
        if (reading.Certificate is { } certificate)
        {
            _last = new Snapshot(hash, certificate);
        }

        return reading;
    }

    /// <summary>What the text stands for; null when it is base64 of nothing.</summary>
    private static byte[]? Bytes(string text)
    {
        if (text.Contains("-----BEGIN ", StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        return Base64.IsValid(text) ? Convert.FromBase64String(text) : null;
    }

    private sealed record Snapshot(byte[] Hash, SigningCertificate Certificate);
}
