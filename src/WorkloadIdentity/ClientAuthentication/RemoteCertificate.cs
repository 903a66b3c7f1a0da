using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>A certificate whose key is in a vault or a hardware module, and which may be renewed there.</summary>
internal sealed class RemoteCertificate(
    Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> certificate,
    Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer,
    string? looksFor) : CertificateSource
{
    private volatile SigningCertificate? _last;

    public override string LooksFor => looksFor ?? "a certificate whose key signs elsewhere";

    public override bool HasKeys => false;

    public override async ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (await certificate(exchange.Refusal, cancellationToken).ConfigureAwait(false) is not { } current)
        {
            return new CertificateResult(null, "The callback for the certificate of a signer returned nothing (null)");
        }

        // The snapshot knows which padding the signer refused, so the same certificate keeps it.
        if (_last is { } last && last.Sha256.AsSpan().SequenceEqual(current.GetCertHash(HashAlgorithmName.SHA256)))
        {
            return new CertificateResult(last);
        }

        var (signing, problem) = SigningCertificate.For(current, signer);
        _last = signing;
        return new CertificateResult(signing, problem is null ? null : $"The certificate of a signer {problem}");
    }
}
