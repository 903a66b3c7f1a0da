using System.Formats.Asn1;
using System.Security.Cryptography;

namespace WorkloadIdentity;

/// <summary>A private key that was read from a file and decrypted; or why it could not be.</summary>
internal sealed class PrivateKeyResult
{
    private PrivateKeyResult(RSA? key, string? problem = null, Exception? exception = null)
    {
        Key = key;
        Problem = problem;
        Exception = exception;
    }

    public RSA? Key { get; }

    /// <summary>Why there is no key: the end of a sentence that begins with the file.</summary>
    public string? Problem { get; }

    public Exception? Exception { get; }

    /// <summary>Whether it is a key of another algorithm. The file may still hold the right one.</summary>
    public bool IsOfAnotherKind { get; private init; }

    public static PrivateKeyResult Read(PemBlock block, string? password) => block.Label switch
    {
        PemBlock.EncryptedPrivateKey => Encrypted(block.Der, password),
        PemBlock.PrivateKey when Algorithm(block.Der) is { } algorithm && algorithm != RsaKeys.Oid => Another(algorithm),
        PemBlock.PrivateKey => Plain(key => key.ImportPkcs8PrivateKey(block.Der, out _)),
        PemBlock.RsaPrivateKey => Plain(key => key.ImportRSAPrivateKey(block.Der, out _)),
        var label => Another(label[..^PemBlock.PrivateKey.Length].Trim()),
    };

    private static PrivateKeyResult Another(string algorithm) =>
        new(null, $"holds a private key {RsaKeys.KindProblem(algorithm)}") { IsOfAnotherKind = true };

    private static PrivateKeyResult Plain(Action<RSA> import)
    {
        var key = RSA.Create();
        try
        {
            import(key);
            return new PrivateKeyResult(key);
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            return new PrivateKeyResult(null, "holds a private key that is damaged, or not an RSA key", exception);
        }
    }

    private static PrivateKeyResult Encrypted(byte[] der, string? password)
    {
        var protection = KeyProtection.Of(der);
        var problem = protection switch
        {
            { UnknownAlgorithms: { Length: > 0 } names } => $"holds a private key under {names}, which .NET does not read. "
                + "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256",
            { IsTooSlow: true } => $"holds a private key under more than {KeyProtection.MaxIterationsText} iterations, "
                + "which takes too long to open. Encrypt it again with fewer: openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000",
            _ when password is null => "is protected by a password, and none was given",
            _ => null,
        };
        if (problem is not null)
        {
            return new PrivateKeyResult(null, problem);
        }

        var key = RSA.Create();
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return new PrivateKeyResult(key);
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            return IsEllipticCurve(der, password) ? Another("EC")
                : protection.LegacyAlgorithms.Length > 0 && IsNotOffered(exception)
                    ? new PrivateKeyResult(
                        null,
                        $"holds a private key under {protection.LegacyAlgorithms}, which the cryptography of this system does not offer. "
                            + "Convert it: openssl pkcs8 -topk8 -v2 aes-256-cbc",
                        exception)
                    : new PrivateKeyResult(null, "cannot be opened with the password that was given, or holds no RSA key", exception);
        }
    }

    /// <summary>
    /// Whether the system's library, and not .NET, threw. OpenSSL 3 does so for an old algorithm without its legacy provider, and the text
    /// then blames the password. A wrong password is found by .NET itself. The library's exceptions are of a derived type.
    /// </summary>
    internal static bool IsNotOffered(CryptographicException exception) =>
        exception.GetType() != typeof(CryptographicException)
        || (exception.InnerException is CryptographicException inner && inner.GetType() != typeof(CryptographicException));

    private static bool IsEllipticCurve(byte[] der, string? password)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The algorithm of a PKCS#8 key; null if the key is damaged.</summary>
    private static string? Algorithm(byte[] der)
    {
        try
        {
            var key = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            key.ReadEncodedValue();
            return key.ReadSequence().ReadObjectIdentifier();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
