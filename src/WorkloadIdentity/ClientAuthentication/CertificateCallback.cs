using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>A certificate that a function of the application returns.</summary>
/// <param name="callback">Returns the certificate with its key, and those that issued it.</param>
/// <param name="looksFor">Where the function looks, for a report; null if the application did not say.</param>
internal sealed class CertificateCallback(
    Func<TokenError?, CancellationToken, ValueTask<X509Certificate2Collection?>> callback, string? looksFor) : CertificateSource
{
    private volatile Snapshot? _last;

    public override string LooksFor => looksFor ?? "the application's callback";

    public override async ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        var certificates = await callback(exchange.Refusal, cancellationToken).ConfigureAwait(false);
        if (certificates is not { Count: > 0 })
        {
            return new CertificateResult(null, "The callback for the client certificate returned no certificate");
        }

        // The same object is checked once. Its snapshot also knows which padding the key refused.
        if (_last is not { } last || !ReferenceEquals(last.Given, certificates[0]))
        {
            X509Certificate2[] withKey = [.. certificates.Where(certificate => certificate.HasPrivateKey)];
            _last = last = new Snapshot(
                certificates[0],
                ParsedCertificates.Of(
                    withKey.Length > 0 ? withKey : [certificates[0]],
                    [.. certificates],
                    "The callback for the client certificate returned"));
        }

        return last.Certificates.At(exchange.TimeProvider.GetUtcNow());
    }

    private sealed record Snapshot(X509Certificate2 Given, ParsedCertificates Certificates);
}
