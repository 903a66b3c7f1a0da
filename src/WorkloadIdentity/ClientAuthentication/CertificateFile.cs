using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// A certificate and its key in one file: PFX (PKCS#12), or PEM with the key as PKCS#8, encrypted PKCS#8 or PKCS#1. The file is read at each
/// use and parsed when its content has changed: renewal needs no restart, and no watcher that a mounted volume could fail to wake.
/// </summary>
internal sealed class CertificateFile(string path, string? password)
{
    private const int InvalidPassword = unchecked((int)0x80070056);

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string? _password = password;

    private volatile Snapshot? _last;

    /// <summary>The certificate as the file has it now, or what is wrong with the file.</summary>
    public (SigningCertificate? Certificate, string? Problem, Exception? Exception) Read(WorkloadEnvironment environment)
    {
        var content = environment.ReadFile(path);
        if (content.Bytes is not { } bytes)
        {
            return (null, content.Problem, content.Exception);
        }

        var hash = SHA256.HashData(bytes);
        if (_last is { } last && last.Hash.AsSpan().SequenceEqual(hash))
        {
            return (last.Certificate, null, null);
        }

        var (certificate, problem, exception) = Parse(bytes);
        if (certificate is null)
        {
            return (null, $"'{path}' {problem}", exception);
        }

        // Two that race here parsed the same file: whichever is kept, both are good.
        _last = new Snapshot(hash, certificate);
        return (certificate, null, null);
    }

    private (SigningCertificate? Certificate, string? Problem, Exception? Exception) Parse(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return (null, "is empty", null);
        }

        var isPem = bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0;
        try
        {
            var (certificate, problem) = isPem ? Pem(Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF')) : Pfx(bytes);
            if (certificate is null)
            {
                return (null, problem, null);
            }

            using (certificate)
            {
                var (signing, unfit) = SigningCertificate.From(certificate);
                return (signing, $"holds a certificate that {unfit}", null);
            }
        }
        catch (CryptographicException exception)
        {
            // The runtime's texts name the algorithm or the structure at fault, never the password; ours say what to do.
            return exception.HResult == InvalidPassword || (isPem && _password is not null)
                ? (null, _password is null ? "is protected by a password, and none was given" : "cannot be opened with the password that was given", exception)
                : (null, $"cannot be read as {(isPem ? "PEM" : "PFX (PKCS#12)")}; it may be damaged, or of another kind", exception);
        }
    }

    private (X509Certificate2? Certificate, string? Problem) Pfx(byte[] bytes)
    {
        // Ephemeral: on Windows the key would otherwise be left behind on disk. macOS knows no such keys.
        var flags = OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;
        return (X509CertificateLoader.LoadPkcs12(bytes, _password, flags), null);
    }

    private (X509Certificate2? Certificate, string? Problem) Pem(string text)
    {
        if (text.Contains("Proc-Type:", StringComparison.Ordinal))
        {
            return (null, "holds a private key under the old PEM encryption (RFC 1423), which protects it badly. Convert it: openssl pkcs8 -topk8");
        }

        string? key = null;
        var certificates = new List<X509Certificate2>();
        foreach (var (label, block) in Blocks(text))
        {
            if (label == "CERTIFICATE")
            {
                certificates.Add(X509Certificate2.CreateFromPem(block));
            }
            else if (label.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            {
                key ??= block;
            }
        }

        if (certificates.Count == 0)
        {
            return (null, "holds no certificate. Put certificate and key in one file");
        }

        // The leaf comes first by custom; only the certificate the key belongs to is of use, wherever it stands.
        if (key is null || certificates[0].GetRSAPublicKey() is null)
        {
            return (certificates[0], null);
        }

        using var rsa = RSA.Create();
        if (!key.StartsWith("-----BEGIN ENCRYPTED", StringComparison.Ordinal))
        {
            rsa.ImportFromPem(key);
        }
        else if (_password is null)
        {
            return (null, "is protected by a password, and none was given");
        }
        else
        {
            rsa.ImportFromEncryptedPem(key, _password);
        }

        var modulus = rsa.ExportParameters(includePrivateParameters: false).Modulus;
        var leaf = certificates.Find(certificate => certificate.GetRSAPublicKey()?.ExportParameters(includePrivateParameters: false).Modulus.AsSpan().SequenceEqual(modulus) == true);
        return leaf is null
            ? (null, "holds a private key that belongs to none of its certificates")
            : (leaf.CopyWithPrivateKey(rsa), null);
    }

    private static IEnumerable<(string Label, string Block)> Blocks(string text)
    {
        for (var start = 0; PemEncoding.TryFind(text.AsSpan(start), out var fields);)
        {
            var block = text[start..][fields.Location];
            yield return (block[(fields.Label.Start.Value - fields.Location.Start.Value)..(fields.Label.End.Value - fields.Location.Start.Value)], block);
            start += fields.Location.End.Value;
        }
    }

    private sealed record Snapshot(byte[] Hash, SigningCertificate Certificate);
}
