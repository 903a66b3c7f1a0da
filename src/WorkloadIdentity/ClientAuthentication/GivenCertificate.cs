namespace WorkloadIdentity;

/// <summary>A certificate that stays the same for the life of the program.</summary>
internal sealed class GivenCertificate(SigningCertificate certificate) : CertificateSource
{
    public override string Place => $"a certificate given in code ('{certificate.Subject}')";

    public override ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new CertificateReading(certificate));
}
