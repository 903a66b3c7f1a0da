namespace WorkloadIdentity;

/// <summary>A certificate that stays the same for the life of the program.</summary>
internal sealed class FixedCertificate(SigningCertificate certificate) : CertificateSource
{
    public override string LooksFor => $"a certificate given in code ('{certificate.Subject}')";

    public override bool HasKeys => certificate.Remote is null;

    public override ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new CertificateResult(certificate));
}
