using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>
/// Warns before a client certificate expires: once a day for each, from 30 days before its end. It is checked after each signed assertion,
/// which is about once an hour. (Only the directory knows when a client secret expires.)
/// </summary>
internal sealed class ExpiryWarning(string clientId, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(30);
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    private volatile Warned? _last;

    public void Look(SigningCertificate? certificate)
    {
        if (certificate is null)
        {
            return;
        }

        var now = timeProvider.GetUtcNow();
        var left = certificate.NotAfter - now;
        if (left > Ahead
            || (_last is { } last && last.Sha256.AsSpan().SequenceEqual(certificate.Sha256) && now - last.On < Pause && now >= last.On))
        {
            return;
        }

        _last = new Warned(certificate.Sha256, now);
        Log.CertificateExpiring(logger, certificate.Subject, clientId, Math.Max(0, (int)left.TotalDays), certificate.NotAfter);
    }

    private sealed record Warned(byte[] Sha256, DateTimeOffset On);
}
