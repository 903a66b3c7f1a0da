using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>A certificate whose key is not in this process.</summary>
internal sealed class SignedElsewhere(
    Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> certificate,
    Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer) : CertificateSource
{
    private volatile SigningCertificate? _last;

    public override string Place => "a certificate whose key signs elsewhere";

    public override async ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (await certificate(exchange.Refusal, cancellationToken).ConfigureAwait(false) is not { } current)
        {
            return new CertificateReading(null, "The callback for the certificate of a signer returned nothing (null)");
        }

        // The same snapshot for the same certificate: it knows what padding the signer refused.
        if (_last is { } last && last.Sha256.AsSpan().SequenceEqual(current.GetCertHash(HashAlgorithmName.SHA256)))
        {
            return new CertificateReading(last);
        }

        var (signing, problem) = SigningCertificate.For(current, signer);
        _last = signing;
        return new CertificateReading(signing, problem is null ? null : $"The certificate of a signer {problem}");
    }
}
