using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>A certificate that a function of the application gets.</summary>
internal sealed class CertificateCallback(Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> callback) : CertificateSource
{
    public override string LooksFor => "the application's callback";

    public override async ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (await callback(exchange.Refusal, cancellationToken).ConfigureAwait(false) is not { } certificate)
        {
            return new CertificateResult(null, "The callback for the client certificate returned nothing (null)");
        }

        var (signing, problem) = SigningCertificate.From(certificate);
        return new CertificateResult(
            signing, problem is null ? null : $"The certificate that the callback for the client certificate returned {problem}");
    }
}
