namespace WorkloadIdentity;

/// <summary>
/// Where the certificate of an application comes from. It is read at each use, and only unchanged content is reused. So renewal needs no
/// restart, and a certificate that Entra refused is read once more. Safe for concurrent use.
/// </summary>
internal abstract class CertificateSource
{
    /// <summary>Where it looks, for a report: <c>the certificate file '/run/secrets/client.pem'</c>.</summary>
    public abstract string LooksFor { get; }

    /// <summary>Whether its keys are in this process or a store of the machine, so that a connection can present the certificate.</summary>
    public virtual bool HasKeys => true;

    /// <summary>The section of docs/errors.md about it.</summary>
    public virtual string HelpAnchor => HelpAnchors.ClientCertificate;

    public abstract ValueTask<CertificateResult> ReadAsync(TokenExchange exchange, CancellationToken cancellationToken);
}
