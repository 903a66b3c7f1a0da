using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// A certificate registered with the application: each token request carries an assertion signed with its key
/// (<see href="https://learn.microsoft.com/entra/identity-platform/certificate-credentials">certificate credentials</see>, RFC 7523), so
/// the key never leaves this process. RSA keys of at least 2048 bits; PS256, or RS256 where the key cannot do PSS padding. Safe for
/// concurrent use.
/// </summary>
public sealed partial class ClientCertificateAuthentication : ClientAuthentication
{
    private readonly CertificateSource _source;
    private readonly X509Certificate2[]? _issuers;

    private ClientCertificateAuthentication(
        CertificateSource source, X509Certificate2[]? issuers = null, bool bindsTokens = false)
    {
        _source = source;
        _issuers = issuers;
        BindsTokens = bindsTokens;
    }

    internal override string Name => "client certificate";

    internal override string LooksFor => _source.LooksFor;

    internal override bool BindsTokens { get; }

    /// <summary>
    /// A certificate with its private key, for the life of the program. A copy is kept: the caller may dispose the original.
    /// </summary>
    /// <param name="certificate">Has an RSA key. Whether it is within its validity is looked at when it is used.</param>
    /// <exception cref="ArgumentException"><paramref name="certificate"/> has no private key, or a key that is not RSA or is shorter than
    /// 2048 bits.</exception>
    public static ClientCertificateAuthentication FromCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var (signing, problem) = SigningCertificate.From(certificate);
        return signing is null
            ? throw new ArgumentException($"The client certificate {problem}.", nameof(certificate))
            : From(signing);
    }

    /// <summary>
    /// A file with certificate and key: a PFX, or PEM with the key as PKCS#8, encrypted PKCS#8 or PKCS#1; also in base64. Of several
    /// certificates, the valid one that fits a key signs. The file is read at each use, so renewal needs no restart.
    /// </summary>
    /// <param name="path">Where a platform mounts the file.</param>
    /// <param name="password">What the key in the file is encrypted with; null when it is not.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or holds a control character.</exception>
    public static ClientCertificateAuthentication FromFile(string path, string? password = null) =>
        FromFile(path, keyPath: null, () => password);

    /// <summary>
    /// A file with the certificate and one with its key (<c>tls.crt</c> and <c>tls.key</c>), each PEM or DER. They are read at each use, so
    /// renewal needs no restart. While one is replaced and the other is not yet, the pair read before is used.
    /// </summary>
    /// <param name="certificatePath">The certificate, and those that issued it if they are there.</param>
    /// <param name="keyPath">The key as PKCS#8, encrypted PKCS#8 or PKCS#1.</param>
    /// <param name="password">What the key is encrypted with; null when it is not.</param>
    /// <exception cref="ArgumentException">A path is empty or holds a control character.</exception>
    public static ClientCertificateAuthentication FromFiles(string certificatePath, string keyPath, string? password = null)
    {
        Guard.Path(keyPath, "The path of the client key file", "/run/secrets/tls.key");
        return FromFile(certificatePath, keyPath, () => password);
    }

    /// <summary>A certificate with its key as text: a PFX in base64, as Key Vault gives it for a secret, or PEM.</summary>
    /// <param name="value">The text. White space in base64 does no harm.</param>
    /// <param name="password">What the key is encrypted with; null when it is not.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is neither, is damaged or protected by another password, or its key
    /// cannot sign.</exception>
    public static ClientCertificateAuthentication FromValue(string value, string? password = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        var source = new CertificateValue("a certificate given as text", () => value, () => password);
        return source.Parse().Problem is { } problem
            ? throw new ArgumentException($"{problem}.", nameof(value))
            : new ClientCertificateAuthentication(source);
    }

    /// <summary>
    /// The certificates of one subject in a certificate store of the machine, read at each use. If several match, the one that is valid
    /// now, can sign, and expires last is used: install the renewed one beside the old one.
    /// </summary>
    /// <param name="subject">
    /// The whole distinguished name, such as <c>CN=orders-api, O=Contoso</c>. A part of it would match certificates of others.
    /// </param>
    /// <param name="location">The location of the store.</param>
    /// <param name="store">The store's name; <c>My</c> is the personal one.</param>
    /// <exception cref="ArgumentException"><paramref name="subject"/> is not a distinguished name, or the store is none.</exception>
    public static ClientCertificateAuthentication FromStore(
        string subject, StoreLocation location = StoreLocation.CurrentUser, string store = "My") =>
        FromStore(StoredCertificate.WithSubject(subject, location, store));

    /// <summary>
    /// One certificate in a certificate store of the machine, read at each use. A renewed certificate has another thumbprint: prefer
    /// <see cref="FromStore(string, StoreLocation, string)"/>, which finds it.
    /// </summary>
    /// <param name="thumbprint">
    /// SHA-1 or SHA-256, in hexadecimal. Spaces, colons and the invisible mark that Windows copies along are removed.
    /// </param>
    /// <param name="location">The location of the store.</param>
    /// <param name="store">The store's name; <c>My</c> is the personal one.</param>
    /// <exception cref="ArgumentException"><paramref name="thumbprint"/> is not a thumbprint, or the store is none.</exception>
    public static ClientCertificateAuthentication FromStoreByThumbprint(
        string thumbprint, StoreLocation location = StoreLocation.CurrentUser, string store = "My") =>
        FromStore(StoredCertificate.WithThumbprint(thumbprint, location, store));

    /// <summary>A function that returns the certificate with its private key. It is called at each use, so cache what is slow.</summary>
    /// <param name="callback">
    /// Safe for concurrent use. The certificate stays the caller's and must not be disposed before the next one was returned.
    /// </param>
    public static ClientCertificateAuthentication FromCallback(Func<CancellationToken, ValueTask<X509Certificate2>> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return FromCallback((_, cancellationToken) => callback(cancellationToken));
    }

    /// <summary>A function that returns the certificate with its private key, and is told when Entra refused the last one.</summary>
    /// <param name="callback">
    /// Called at each use with null. Called once more with Entra's error if Entra refused the certificate: then return a new one, not a
    /// cached one. Safe for concurrent use. The certificate stays the caller's and must not be disposed before the next one was returned.
    /// </param>
    /// <param name="looksFor">Where the function looks, for reports: <c>the certificate 'orders' in our vault</c>. No secret.</param>
    public static ClientCertificateAuthentication FromCallback(
        Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> callback, string? looksFor = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new ClientCertificateAuthentication(new CertificateCallback(
            async (refusal, cancellationToken) =>
                await callback(refusal, cancellationToken).ConfigureAwait(false) is { } certificate ? [certificate] : null,
            looksFor));
    }

    /// <summary>
    /// A function that returns the certificate with its private key and the certificates that issued it, for <see cref="WithChain"/>. Of
    /// several certificates with keys, the one that is valid and expires last signs. <see cref="ReadCertificates"/> makes such a
    /// collection of text.
    /// </summary>
    /// <param name="callback">As in the other overload. The certificates stay the caller's.</param>
    /// <param name="looksFor">Where the function looks, for reports. No secret.</param>
    public static ClientCertificateAuthentication FromCallback(
        Func<TokenError?, CancellationToken, ValueTask<X509Certificate2Collection>> callback, string? looksFor = null)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new ClientCertificateAuthentication(new CertificateCallback(callback!, looksFor));
    }

    /// <summary>A certificate whose key is in a vault or a hardware module and signs there.</summary>
    /// <param name="certificate">The public part. A copy is kept.</param>
    /// <param name="signer">
    /// Signs with the certificate's key. It gets the certificate, a SHA-256 hash of 32 bytes, and the padding:
    /// <see cref="RSASignaturePadding.Pss"/> with a salt of 32 bytes (PS256, RFC 7518 section 3.5) or
    /// <see cref="RSASignaturePadding.Pkcs1"/> (RS256). If it cannot use PSS, it throws <see cref="NotSupportedException"/> or
    /// <see cref="CryptographicException"/>, and gets the other padding from then on. It is called for every token request and must be
    /// safe for concurrent use. The signature is checked against the certificate before it is sent.
    /// </param>
    /// <exception cref="ArgumentException">
    /// <paramref name="certificate"/> has a key that is not RSA or is shorter than 2048 bits.
    /// </exception>
    public static ClientCertificateAuthentication FromSigner(
        X509Certificate2 certificate,
        Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(signer);
        var (signing, problem) = SigningCertificate.For(certificate, signer);
        return signing is null ? throw new ArgumentException($"The client certificate {problem}.", nameof(certificate)) : From(signing);
    }

    /// <summary>A certificate whose key is in a vault that makes new versions and signs there.</summary>
    /// <param name="certificate">
    /// Returns the public part of the version to use. Called at each use with null, so cache what is slow. Called once more with the error
    /// if Entra refused the certificate or the signer failed. If it then returns another certificate, that one signs. Safe for concurrent
    /// use. The certificate stays the caller's.
    /// </param>
    /// <param name="signer">Signs with the key of the certificate that it gets, as in the other overload.</param>
    /// <param name="looksFor">Where the certificate is, for reports. No secret.</param>
    public static ClientCertificateAuthentication FromSigner(
        Func<TokenError?, CancellationToken, ValueTask<X509Certificate2>> certificate,
        Func<X509Certificate2, ReadOnlyMemory<byte>, RSASignaturePadding, CancellationToken, ValueTask<byte[]>> signer,
        string? looksFor = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(signer);
        return new ClientCertificateAuthentication(new RemoteCertificate(certificate, signer, looksFor));
    }

    /// <summary>
    /// The same, sending the certificate along with its issuers (<c>x5c</c>, RFC 7515 section 4.1.6). For applications that trust a subject
    /// name and an issuer (SN+I) instead of one certificate, so that a renewed one needs no registration. Leaf first, without the root.
    /// </summary>
    /// <param name="issuers">
    /// Certificates that issued it, in any order, besides those found in the same file or store; the leaf goes alone where none is known.
    /// They stay the caller's and must not be disposed.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="issuers"/> holds null.</exception>
    public ClientCertificateAuthentication WithChain(params IEnumerable<X509Certificate2> issuers)
    {
        ArgumentNullException.ThrowIfNull(issuers);
        X509Certificate2[] all = [.. issuers];
        return Array.IndexOf(all, null) >= 0
            ? throw new ArgumentException("One of the issuers is null.", nameof(issuers))
            : new ClientCertificateAuthentication(_source, all, BindsTokens);
    }

    /// <summary>
    /// The same, with tokens that are bound to the certificate (RFC 8705): whoever steals one cannot use it without the certificate's key.
    /// The application proves itself with the certificate in TLS instead of an assertion. A preview of Entra: it works for applications
    /// that trust a subject name and issuer (SN+I), and for APIs that Microsoft enabled.
    /// </summary>
    /// <remarks>
    /// A client asks for bound tokens with <see cref="AccessTokenHandlerOptions.Binding"/>. A request that does not ask for one
    /// (<see cref="TokenRequest.Binding"/>) is refused, because its asker would send the token without the certificate.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The key signs elsewhere, so no connection can present the certificate.</exception>
    [Experimental(BoundTokens.Diagnostic)]
    public ClientCertificateAuthentication BindTokens() => _source.HasKeys
        ? new ClientCertificateAuthentication(_source, _issuers, bindsTokens: true)
        : throw new InvalidOperationException(
            "Tokens cannot be bound to this certificate, because its key signs elsewhere (FromSigner). TLS needs the key in this process "
                + "or in a certificate store of the machine. Use FromCertificate, FromFile, FromStore or FromCallback.");

    internal static ClientCertificateAuthentication FromStore(StoredCertificate certificate) => new(new CertificateStore(certificate));

    internal static ClientCertificateAuthentication From(SigningCertificate certificate) => new(new FixedCertificate(certificate));

    /// <summary>Files whose password is asked for whenever their content has changed.</summary>
    internal static ClientCertificateAuthentication FromFile(string path, string? keyPath, Func<string?> password)
    {
        Guard.Path(path, "The path of the client certificate file", "/run/secrets/client.pfx");
        return new ClientCertificateAuthentication(new CertificateFile(path, keyPath, password));
    }

    /// <summary>Text that may change, such as a setting that is reloaded.</summary>
    internal static ClientCertificateAuthentication FromValue(string place, Func<string?> value, Func<string?> password) =>
        new(new CertificateValue(place, value, password));
}
