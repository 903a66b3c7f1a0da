using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// Recognises certificates and private keys by their first bytes, so that truncated ones are recognised too. It decides both how a
/// certificate file is read and what is never sent as a client secret.
/// </summary>
internal static partial class KeyMaterial
{
    // A secret store may have encoded a PFX in base64 once more.
    private const int MaxLayers = 3;
    private const string PrivateKey = "a private key";
    private const string Certificate = "a certificate";

    private const byte Integer = 0x02;
    private const byte OctetString = 0x04;
    private const byte ObjectIdentifier = 0x06;
    private const byte Sequence = 0x30;
    private const byte Version = 0xA0;

    private static ReadOnlySpan<byte> Pkcs7 => [ObjectIdentifier, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7];

    /// <summary>The binary form of <paramref name="bytes"/>.</summary>
    public static KeyMaterialKind KindOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes is [0xFE, 0xED, 0xFE, 0xED, ..] or [0xCE, 0xCE, 0xCE, 0xCE, ..])
        {
            return KeyMaterialKind.JavaKeyStore;
        }

        if (!TryEnter(bytes, out var content, out var length))
        {
            return KeyMaterialKind.None;
        }

        return content switch
        {
            [Integer, 1, 3, Sequence, ..] => KeyMaterialKind.Pfx,
            [Integer, 1, 0 or 1, Sequence, _, ObjectIdentifier, ..] => KeyMaterialKind.PrivateKey,
            [Integer, 1, 0, Integer, ..] => KeyMaterialKind.RsaPrivateKey,
            [Integer, 1, 1, OctetString, ..] => KeyMaterialKind.EcPrivateKey,
            [ObjectIdentifier, ..] when content.StartsWith(Pkcs7) => KeyMaterialKind.Pkcs7,
            [Sequence, ..] when TryEnter(content, out var inner, out var innerLength) => KindOf(inner, innerLength, length),
            _ => KeyMaterialKind.None,
        };
    }

    /// <summary>What kind of key material <paramref name="secret"/> is, as a noun with its article; null if it is none.</summary>
    public static string? In(string secret) => IsShortWord(secret) ? null : In(secret, layer: 0);

    /// <summary>The same of the content of a file.</summary>
    public static string? In(ReadOnlySpan<byte> bytes) => In(bytes, layer: 0);

    /// <summary>
    /// Whether it is too short and too plain for key material, as secrets of Entra are: without characters that may be escapes, without a
    /// word of a key's format, and without the digits that begin a sequence of DER ("M" and a letter up to "P" in base64, "30" in
    /// hexadecimal), which other characters may separate. Then no expression below can match, and none is compiled when a program starts.
    /// </summary>
    private static bool IsShortWord(string text)
    {
        if (text.Length >= EncodedBytes.ShortestRun)
        {
            return false;
        }

        var before = '\0';
        foreach (var character in text)
        {
            if (character is < ' ' or > '~' or '%' or '\\' or '&' || (before == 'M' && character is >= 'A' and <= 'P')
                || (before == '3' && character == '0'))
            {
                return false;
            }

            before = char.IsAsciiLetterOrDigit(character) ? character : before;
        }

        return !text.Contains("BEGIN", StringComparison.Ordinal) && !text.Contains("kty", StringComparison.Ordinal)
            && !text.Contains("ey", StringComparison.Ordinal);
    }

    // Everything that is searched for is ASCII, so Latin-1 reads it in UTF-8, in an old code page and between other bytes. In UTF-16 and
    // UTF-32, zeros stand between the letters.
    private static string? In(ReadOnlySpan<byte> bytes, int layer) =>
        Name(KindOf(bytes))
        ?? (IsWindowsKey(bytes) ? PrivateKey : null)
        ?? (layer < MaxLayers ? In(Encoding.Latin1.GetString(bytes), layer) : null);

    private static string? In(string text, int layer)
    {
        var plain = EncodedBytes.Unescape(text);
        if (PemBegin().IsMatch(plain))
        {
            return "a certificate or key in PEM";
        }

        if (KeyType().IsMatch(plain))
        {
            return "a JSON Web Key";
        }

        if (NameOfKeyFormat().IsMatch(plain))
        {
            return PrivateKey;
        }

        // Random bytes can look like the beginning of a certificate. What else is found says more.
        string? certificate = null;
        foreach (var bytes in EncodedBytes.In(plain))
        {
            var material = In(bytes, layer + 1);
            if (material is not (null or Certificate))
            {
                return material;
            }

            certificate ??= material;
        }

        return certificate;
    }

    /// <summary>A PRIVATEKEYBLOB, as <c>ExportCspBlob</c> gives it, or an RSA private key of CNG (RSA2, RSA3).</summary>
    private static bool IsWindowsKey(ReadOnlySpan<byte> bytes) =>
        bytes is [7, 2, 0, 0, 0, 0xA4 or 0x24, 0, 0, (byte)'R', (byte)'S', (byte)'A', (byte)'2', ..]
            or [(byte)'R', (byte)'S', (byte)'A', (byte)'2' or (byte)'3', _, _, 0, 0, ..];

    private static KeyMaterialKind KindOf(ReadOnlySpan<byte> inner, int innerLength, int length) => inner switch
    {
        [Version, 3, Integer, 1, ..] => KeyMaterialKind.Certificate,

        // A certificate of version 1 begins with its serial number. That alone is little evidence, so short content is none.
        [Integer, ..] when length > 127 => KeyMaterialKind.Certificate,

        // A public key begins the same way, and goes on with a bit string.
        [ObjectIdentifier, ..] when inner.Length > innerLength && inner[innerLength] == OctetString => KeyMaterialKind.EncryptedPrivateKey,
        _ => KeyMaterialKind.None,
    };

    private static string? Name(KeyMaterialKind kind) => kind switch
    {
        KeyMaterialKind.Pfx => "a PFX (PKCS#12), which holds a certificate with its private key",
        KeyMaterialKind.Certificate or KeyMaterialKind.Pkcs7 => Certificate,
        KeyMaterialKind.JavaKeyStore => "a Java key store",
        KeyMaterialKind.None => null,
        _ => PrivateKey,
    };

    /// <summary>The content of a sequence, as far as it is there, and the length that it declares.</summary>
    private static bool TryEnter(ReadOnlySpan<byte> element, out ReadOnlySpan<byte> content, out int length)
    {
        content = default;
        length = 0;
        if (element is not [Sequence, var first, ..])
        {
            return false;
        }

        // 0x80 declares no length (BER); Java writes it.
        var octets = first <= 0x80 ? 0 : first - 0x80;
        if (octets > 3 || element.Length < 2 + octets)
        {
            return false;
        }

        foreach (var octet in element.Slice(2, octets))
        {
            length = (length << 8) | octet;
        }

        length = octets == 0 ? first & 0x7F : length;
        content = element[(2 + octets)..];
        return true;
    }

    /// <summary>The first line of PEM. It may have lost its dashes or spaces on the way.</summary>
    [GeneratedRegex(@"-----BEGIN|BEGIN[\w\s+]{0,24}(PRIVATE|CERTIFICATE)", RegexOptions.CultureInvariant)]
    private static partial Regex PemBegin();

    [GeneratedRegex(@"[""']kty[""']", RegexOptions.CultureInvariant)]
    private static partial Regex KeyType();

    /// <summary>PuTTY, <c>RSA.ToXmlString</c> and OpenSSH.</summary>
    [GeneratedRegex("PuTTY-User-Key-File|RSAKeyValue|openssh-key-v1", RegexOptions.CultureInvariant)]
    private static partial Regex NameOfKeyFormat();
}
