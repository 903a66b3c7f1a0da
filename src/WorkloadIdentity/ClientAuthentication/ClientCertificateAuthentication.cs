using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// A certificate registered with the application: each token request carries an assertion signed with its key
/// (<see href="https://learn.microsoft.com/entra/identity-platform/certificate-credentials">certificate credentials</see>, RFC 7523), so the key never
/// leaves this process. RSA keys of at least 2048 bits; PS256, or RS256 where the key cannot do PSS padding. Safe for concurrent use.
/// </summary>
public sealed class ClientCertificateAuthentication : ClientAuthentication
{
    private delegate ValueTask<(SigningCertificate? Certificate, TokenResult? Problem)> Source(TokenExchange exchange, CancellationToken cancellationToken);

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly Source _source;

    private ClientCertificateAuthentication(Source source) => _source = source;

    internal override string Name => "client certificate";

    /// <summary>A certificate with its private key, for the life of the program. A copy is kept: the caller may dispose the original.</summary>
    /// <param name="certificate">Has an RSA key. Whether it is within its validity is looked at when it is used.</param>
    /// <exception cref="ArgumentException"><paramref name="certificate"/> has no private key, or a key that is not RSA or is shorter than 2048 bits.</exception>
    public static ClientCertificateAuthentication FromCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var (signing, problem) = SigningCertificate.From(certificate);
        return signing is null
            ? throw new ArgumentException($"The client certificate {problem}.", nameof(certificate))
            : From(signing);
    }

    /// <summary>A file with certificate and key: PFX, or PEM with the key as PKCS#8, encrypted PKCS#8 or PKCS#1. Read at each use, so renewal needs no restart.</summary>
    /// <param name="path">Where a platform mounts the file.</param>
    /// <param name="password">What the key in the file is encrypted with; null when it is not.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or holds a control character.</exception>
    public static ClientCertificateAuthentication FromFile(string path, string? password = null)
    {
        Require.Text(path, "The path of the client certificate file", "/run/secrets/client.pfx");
        var file = new CertificateFile(path, password);
        return new ClientCertificateAuthentication((exchange, _) =>
        {
            var (certificate, problem, exception) = file.Read(exchange.Environment);
            return ValueTask.FromResult<(SigningCertificate?, TokenResult?)>(certificate is null
                ? (null, Unusable($"The client certificate file {problem}.", HelpAnchors.ClientCertificateFile, exception))
                : (certificate, null));
        });
    }

    /// <summary>A function that gets the certificate with its private key, called at each use: cache in it what is slow to get.</summary>
    /// <param name="callback">Safe for concurrent use. The certificate stays the caller's; it must not be disposed before the next one was returned.</param>
    public static ClientCertificateAuthentication FromCallback(Func<CancellationToken, ValueTask<X509Certificate2>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new ClientCertificateAuthentication(async (_, cancellationToken) =>
        {
            if (await callback(cancellationToken).ConfigureAwait(false) is not { } certificate)
            {
                return (null, Unusable("The callback for the client certificate returned nothing (null).", HelpAnchors.ClientCertificate));
            }

            var (signing, problem) = SigningCertificate.From(certificate);
            return (signing, signing is null ? Unusable($"The certificate that the callback for the client certificate returned {problem}.", HelpAnchors.ClientCertificate) : null);
        });
    }

    internal static ClientCertificateAuthentication From(SigningCertificate certificate) =>
        new((_, _) => ValueTask.FromResult<(SigningCertificate?, TokenResult?)>((certificate, null)));

    internal override async ValueTask<TokenResult?> WriteAsync(TokenRequestForm form, TokenExchange exchange, CancellationToken cancellationToken)
    {
        var (certificate, problem) = await _source(exchange, cancellationToken).ConfigureAwait(false);
        if (certificate is null)
        {
            return problem;
        }

        if (certificate.TimeProblem(exchange.TimeProvider.GetUtcNow()) is { } time)
        {
            return Unusable($"The client certificate '{certificate.Subject}' {time}.", HelpAnchors.ClientCertificate);
        }

        try
        {
            var (assertion, algorithm) = ClientAssertion.Sign(certificate, exchange);
            form.AddSignedAssertion(assertion, algorithm, certificate);
            return null;
        }
        catch (CryptographicException exception)
        {
            return Unusable(
                $"The private key of the client certificate '{certificate.Subject}' did not sign ({exception.GetType().Name}). Check that it can be reached and that this process may use it.",
                HelpAnchors.ClientCertificate,
                exception);
        }
    }
}
