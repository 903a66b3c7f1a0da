namespace WorkloadIdentity;

/// <summary>
/// Where the certificate of an application comes from. It is asked at each use and keeps only what it can tell to be unchanged, so that
/// renewal needs no restart and a certificate that Entra refused is looked for once more. Safe for concurrent use.
/// </summary>
internal abstract class CertificateSource
{
    /// <summary>Where that is, in words for a report: <c>the certificate file '/run/secrets/client.pem'</c>.</summary>
    public abstract string Place { get; }

    /// <summary>The page that explains what may be wrong with it.</summary>
    public virtual string HelpAnchor => HelpAnchors.ClientCertificate;

    public abstract ValueTask<CertificateReading> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken);
}
