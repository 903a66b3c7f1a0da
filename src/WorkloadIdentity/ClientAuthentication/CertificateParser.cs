using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// Reads a certificate with its key: PFX (PKCS#12), or PEM with the key as PKCS#8, encrypted PKCS#8 or PKCS#1, in one piece or in two. Other certificates in it are
/// kept as those that may have issued it. Never prints content.
/// </summary>
/// <param name="certificateName">What the certificate stands in, at the beginning of a sentence: <c>The client certificate file '/run/secrets/tls.crt'</c>.</param>
/// <param name="keyName">The same for the key, where that is a piece of its own.</param>
/// <param name="password">What the key is encrypted with; null when it is not.</param>
internal sealed class CertificateParser(string certificateName, string keyName, string? password)
{
    private const int InvalidPassword = unchecked((int)0x80070056);

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string? _password = password;

    /// <param name="certificate">The certificate, and the key unless it comes by itself.</param>
    /// <param name="key">The key, in PEM; null when it stands with the certificate.</param>
    public CertificateReading Read(byte[] certificate, byte[]? key)
    {
        var empty = certificate.Length == 0 ? certificateName : key is { Length: 0 } ? keyName : null;
        if (empty is not null)
        {
            return new CertificateReading(null, $"{empty} is empty");
        }

        var isPem = key is not null || IsPem(certificate);
        try
        {
            return isPem ? Pem(Text(certificate), key is null ? null : Text(key)) : Pfx(certificate);
        }
        catch (CryptographicException exception) when (exception.HResult == InvalidPassword && !isPem)
        {
            return new CertificateReading(
                null, $"{certificateName} {(_password is null ? "is protected by a password, and none was given" : "cannot be opened with the password that was given")}", exception);
        }
        catch (CryptographicException exception)
        {
            // The runtime's texts name the algorithm or the structure at fault, never the password; ours say what to do.
            return Damaged(certificateName, isPem, exception);
        }
    }

    public static bool IsPem(ReadOnlySpan<byte> content) => content.IndexOf("-----BEGIN "u8) >= 0;

    private static CertificateReading Damaged(string name, bool isPem, Exception exception) =>
        new(null, $"{name} cannot be read as {(isPem ? "PEM" : "PFX (PKCS#12)")}; it may be damaged, or of another kind", exception);

    private CertificateReading Pfx(byte[] bytes)
    {
        // Ephemeral: on Windows the key would otherwise be left behind on disk. macOS knows no such keys.
        var flags = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        List<X509Certificate2> all = [.. X509CertificateLoader.LoadPkcs12Collection(bytes, _password, flags)];

        // Where several have keys, one was left in when the next was added.
        var leaf = all.Where(certificate => certificate.HasPrivateKey).MaxBy(certificate => certificate.NotAfter) ?? all.FirstOrDefault();
        return leaf is null ? new CertificateReading(null, $"{certificateName} holds no certificate") : Fit(leaf, all);
    }

    private CertificateReading Pem(string text, string? keyText)
    {
        var certificates = Blocks(text).Where(block => block.Label == "CERTIFICATE").Select(block => X509Certificate2.CreateFromPem(block.Text)).ToList();
        if (certificates.Count == 0)
        {
            return new CertificateReading(null, $"{certificateName} holds no certificate. {(keyText is null ? "Put certificate and key in one file, or name the file of each" : "It must hold it as PEM")}");
        }

        var keyPlace = keyText is null ? certificateName : keyName;
        var keys = Blocks(keyText ?? text).Where(block => block.Label.EndsWith("PRIVATE KEY", StringComparison.Ordinal)).Select(block => block.Text).ToList();
        if ((keyText ?? text).Contains("Proc-Type:", StringComparison.Ordinal))
        {
            return new CertificateReading(null, $"{keyPlace} holds a private key under the old PEM encryption (RFC 1423), which protects it badly. Convert it: openssl pkcs8 -topk8");
        }

        if (keys.Count == 0 && keyText is not null)
        {
            return new CertificateReading(null, $"{keyName} holds no private key in PEM");
        }

        // Without a key, or without an RSA certificate, what is unfit about the certificate says more.
        var rsaCertificates = certificates.FindAll(certificate => certificate.PublicKey.Oid.Value == "1.2.840.113549.1.1.1");
        return keys.Count == 0 || rsaCertificates.Count == 0 ? Fit(certificates[0], certificates) : Pair(keys[0], keyPlace, rsaCertificates, certificates);
    }

    /// <summary>The leaf comes first by custom; only the certificate the key belongs to is of use, wherever it stands.</summary>
    private CertificateReading Pair(string keyBlock, string keyPlace, List<X509Certificate2> candidates, List<X509Certificate2> all)
    {
        using var key = RSA.Create();
        var isEncrypted = keyBlock.StartsWith("-----BEGIN ENCRYPTED", StringComparison.Ordinal);
        if (isEncrypted && _password is null)
        {
            return new CertificateReading(null, $"{keyPlace} is protected by a password, and none was given");
        }

        try
        {
            if (isEncrypted)
            {
                key.ImportFromEncryptedPem(keyBlock, _password);
            }
            else
            {
                key.ImportFromPem(keyBlock);
            }
        }
        catch (CryptographicException exception) when (isEncrypted)
        {
            return new CertificateReading(null, $"{keyPlace} cannot be opened with the password that was given", exception);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return new CertificateReading(null, $"{keyPlace} holds a private key that is damaged, or not an RSA key", exception);
        }

        var leaf = candidates.Find(certificate => SigningCertificate.IsPair(certificate, key));
        if (leaf is null)
        {
            return new CertificateReading(null, keyPlace == certificateName
                ? $"{certificateName} holds a private key that belongs to none of its certificates"
                : $"{keyName} holds a private key that belongs to none of the certificates in {certificateName[..1].ToLowerInvariant()}{certificateName[1..]}")
            {
                IsTransient = keyPlace != certificateName,
            };
        }

        using var withKey = leaf.CopyWithPrivateKey(key);
        return Fit(withKey, all);
    }

    private CertificateReading Fit(X509Certificate2 leaf, List<X509Certificate2> all)
    {
        var (certificate, unfit) = SigningCertificate.From(leaf, all.Where(other => !other.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)));
        return new CertificateReading(certificate, unfit is null ? null : $"{certificateName} holds a certificate that {unfit}");
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');

    private static IEnumerable<(string Label, string Text)> Blocks(string text)
    {
        for (var start = 0; PemEncoding.TryFind(text.AsSpan(start), out var fields);)
        {
            var rest = text[start..];
            yield return (rest[fields.Label], rest[fields.Location]);
            start += fields.Location.End.Value;
        }
    }
}
