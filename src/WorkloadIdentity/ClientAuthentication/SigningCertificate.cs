using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// A certificate whose key can sign assertions. An immutable snapshot: it holds its own copies, so no caller can dispose them. It is never
/// disposed, because an acquisition may still be signing with it when a newer one is in use.
/// </summary>
[DebuggerDisplay("{Subject,nq}")]
internal sealed class SigningCertificate
{
    private readonly Func<RSA?> _key;
    private readonly X509Certificate2[] _neighbours;
    private readonly byte[] _raw;
    private volatile bool _refusesPss;

    internal SigningCertificate(X509Certificate2 certificate, Func<RSA?> key, IEnumerable<X509Certificate2>? neighbours = null)
    {
        Certificate = certificate;
        _key = key;
        _neighbours = [.. neighbours ?? []];
        _raw = certificate.RawData;
        Subject = certificate.Subject;
        NotBefore = certificate.NotBefore.ToUniversalTime();
        NotAfter = certificate.NotAfter.ToUniversalTime();
        Sha256 = certificate.GetCertHash(HashAlgorithmName.SHA256);
        Sha1 = certificate.GetCertHash(HashAlgorithmName.SHA1);
    }

    /// <summary>The snapshot's own copy. It has the private key unless that is elsewhere.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificates that were found with it.</summary>
    public IReadOnlyList<X509Certificate2> Neighbours => _neighbours;

    public string Subject { get; }

    /// <summary>The thumbprint for <c>x5t#S256</c> (RFC 7515 section 4.1.8).</summary>
    public byte[] Sha256 { get; }

    /// <summary>The thumbprint for <c>x5t</c> (section 4.1.7).</summary>
    public byte[] Sha1 { get; }

    /// <summary>Whether the key failed with PSS padding before, as some smart cards and older key storage do.</summary>
    public bool RefusesPss
    {
        get => _refusesPss;
        set => _refusesPss = value;
    }

    /// <summary>
    /// Signs a hash where the key is not in this process; null where it is. <see cref="OpenKey"/> then opens the public key.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>>? Remote { get; private init; }

    private DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>A handle to the private key, for one signature: handles need not be safe for concurrent use.</summary>
    /// <exception cref="CryptographicException">The key cannot be opened.</exception>
    public RSA OpenKey() => _key() ?? throw new CryptographicException("The certificate has no RSA private key.");

    /// <summary>This certificate and those that issued it, for <c>x5c</c>, as far as they are known.</summary>
    /// <param name="issuers">Known besides those it was found with.</param>
    /// <param name="now">When it is sent.</param>
    public IReadOnlyList<byte[]> Chain(IEnumerable<X509Certificate2> issuers, DateTimeOffset now) =>
        CertificateChain.Order(_raw, [.. issuers, .. _neighbours], now);

    /// <summary>A snapshot of <paramref name="certificate"/>, or why nothing can be signed with it.</summary>
    /// <param name="certificate">The caller's; a copy is kept.</param>
    /// <param name="neighbours">Certificates it was found with, which may have issued it. They are kept, and must not be disposed.</param>
    public static (SigningCertificate? Certificate, string? Problem) From(
        X509Certificate2 certificate, IEnumerable<X509Certificate2>? neighbours = null)
    {
        try
        {
            using var publicKey = certificate.GetRSAPublicKey();
            if (RsaKeys.Problem(certificate, publicKey) is { } problem)
            {
                return (null, problem);
            }

            if (!certificate.HasPrivateKey)
            {
                return (null,
                    "comes without its private key. Export it with the key (as PFX, or as PEM with certificate and key in one file), or "
                        + "name the key's own file");
            }

            var copy = new X509Certificate2(certificate);
            using var privateKey = copy.GetRSAPrivateKey();
            return privateKey is null ? (null, "comes without an RSA private key")
                : !RsaKeys.IsPair(publicKey!, privateKey) ? (null, "comes with a private key that belongs to another certificate")
                : (new SigningCertificate(copy, copy.GetRSAPrivateKey, neighbours), null);
        }
        catch (CryptographicException exception)
        {
            return (null, $"has a private key that cannot be opened ({exception.GetType().Name}). Check that this process may use it");
        }
    }

    /// <summary>A snapshot of a certificate whose key is not in this process, or why Entra would refuse its signatures.</summary>
    public static (SigningCertificate? Certificate, string? Problem) For(
        X509Certificate2 certificate,
        Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer)
    {
        using var publicKey = certificate.GetRSAPublicKey();
        if (RsaKeys.Problem(certificate, publicKey) is { } problem)
        {
            return (null, problem);
        }

        var copy = X509CertificateLoader.LoadCertificate(certificate.RawData);
        return (new SigningCertificate(
            copy,
            copy.GetRSAPublicKey)
        { Remote = (hash, padding, cancellationToken) => signer(copy, hash, padding, cancellationToken) }, null);
    }

    public static bool IsValid(X509Certificate2 certificate, DateTimeOffset now) =>
        now >= certificate.NotBefore && now <= certificate.NotAfter;

    /// <summary>Whether the certificate is outside its own validity; null when it is inside.</summary>
    public string? TimeProblem(DateTimeOffset now) =>
        now > NotAfter ? $"expired on {NotAfter.UtcDateTime:u}. Renew it, and register the new one with the application"
        : now < NotBefore ? $"is not valid before {NotBefore.UtcDateTime:u}. Check this machine's clock ({now.UtcDateTime:u}), or wait"
        : null;
}
