using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>The rules for keys whose signatures Entra accepts.</summary>
internal static class RsaKeys
{
    public const string Oid = "1.2.840.113549.1.1.1";

    private const string RestrictedToPss = "1.2.840.113549.1.1.10";
    private const int MinSize = 2048;

    /// <summary>Why a key of another algorithm cannot be used, as the words behind "key".</summary>
    /// <param name="algorithm">Its object identifier, or its name.</param>
    public static string KindProblem(string? algorithm) => algorithm == RestrictedToPss
        ? "that is restricted to PSS (RSASSA-PSS), which .NET cannot use. Make an ordinary RSA key (rsaEncryption): it can sign PS256 too"
        : $"of the kind {NameOf(algorithm)}. Entra accepts RSA keys only: make one of at least {MinSize} bits";

    private static string? NameOf(string? algorithm) => algorithm switch
    {
        "1.2.840.10045.2.1" => "EC",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => algorithm,
    };

    /// <summary>Why the key of a certificate cannot be used, as the end of a sentence; null if it can.</summary>
    public static string? Problem(X509Certificate2 certificate, RSA? publicKey) =>
        publicKey is null ? $"has a key {KindProblem(certificate.PublicKey.Oid.Value)}"
        : publicKey.KeySize < MinSize
            ? $"has an RSA key of {publicKey.KeySize} bits, which is too weak. Make one of at least {MinSize} bits"
        : null;

    /// <summary>Whether the key is the one the certificate certifies.</summary>
    public static bool IsPair(X509Certificate2 certificate, RSA key)
    {
        using var publicKey = certificate.GetRSAPublicKey();
        return publicKey is not null && IsPair(publicKey, key);
    }

    public static bool IsPair(RSA publicKey, RSA privateKey)
    {
        var one = publicKey.ExportParameters(includePrivateParameters: false);
        var other = privateKey.ExportParameters(includePrivateParameters: false);
        return one.Modulus.AsSpan().SequenceEqual(other.Modulus) && one.Exponent.AsSpan().SequenceEqual(other.Exponent);
    }
}
