using System.Buffers.Text;
using System.Diagnostics;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>
/// The content of a certificate file or setting, decoded: PEM, DER or PFX, in UTF-8 or UTF-16, also in base64, as the drivers of vaults
/// write it. PEM may have lost its line breaks in a setting. Nothing is decrypted here.
/// </summary>
internal sealed partial class CertificateContent
{
    private const string Begin = "-----BEGIN ";

    private CertificateContent(KeyMaterialKind kind, byte[]? binary, IReadOnlyList<PemBlock>? blocks, bool hasOldEncryption = false)
    {
        Kind = kind;
        Binary = binary;
        Blocks = blocks;
        HasOldEncryption = hasOldEncryption;
    }

    /// <summary>The binary form; none for PEM, and for what was not recognised.</summary>
    public KeyMaterialKind Kind { get; }

    /// <summary>A PFX, or what was not recognised; null where there are <see cref="Blocks"/>.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public byte[]? Binary { get; }

    /// <summary>Certificates and keys, in their order; null where there is <see cref="Binary"/> content.</summary>
    public IReadOnlyList<PemBlock>? Blocks { get; }

    /// <summary>Whether a key is encrypted as RFC 1423 describes. Such a key is not among the <see cref="Blocks"/>.</summary>
    public bool HasOldEncryption { get; }

    public static CertificateContent Of(byte[] bytes) => (Text(bytes) is { } text ? Of(text) : null) ?? OfBinary(bytes);

    /// <summary>The same of text; null if it is neither PEM nor base64.</summary>
    public static CertificateContent? Of(string text)
    {
        var unescaped = Unescape(text);
        if (IsPem(unescaped))
        {
            // A boundary must stand on a line of its own. Quotation marks around the text then are no part of it.
            var lines = Boundary().Replace(unescaped, "\n$0\n");
            var hasOldEncryption = lines.Contains("Proc-Type:", StringComparison.Ordinal);
            return new CertificateContent(KeyMaterialKind.None, null, [.. Find(lines)], hasOldEncryption);
        }

        var base64 = unescaped.AsSpan().Trim().Trim('"').Trim('\'').ToString();
        if (!Base64.IsValid(base64))
        {
            return null;
        }

        var bytes = Convert.FromBase64String(base64);
        return Text(bytes) is { } inner && IsPem(inner) ? Of(inner) : OfBinary(bytes);
    }

    /// <summary>The bytes as text, in UTF-8 or UTF-16; null if they are neither.</summary>
    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        // PowerShell writes UTF-16 with a byte order mark. Without the mark, every other byte of a PEM file is zero.
        Encoding encoding = bytes switch
        {
            [0xFF, 0xFE, ..] or [(byte)'-', 0, (byte)'-', 0, ..] => new UnicodeEncoding(bigEndian: false, true, throwOnInvalidBytes: true),
            [0xFE, 0xFF, ..] or [0, (byte)'-', 0, (byte)'-', ..] => new UnicodeEncoding(bigEndian: true, true, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        };
        try
        {
            return encoding.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (ArgumentException)
        {
            // PEM may follow a comment in an old code page.
            return bytes.IndexOf("-----BEGIN "u8) >= 0 ? Encoding.Latin1.GetString(bytes) : null;
        }
    }

    /// <summary>
    /// Turns the two characters <c>\n</c> into a line break: environment files and JSON that was escaped twice have them.
    /// </summary>
    private static string Unescape(string text) => text.Contains('\\', StringComparison.Ordinal) ? LineBreak().Replace(text, "\n") : text;

    private static bool IsPem(string text) => text.Contains(Begin, StringComparison.Ordinal);

    private static CertificateContent OfBinary(byte[] bytes)
    {
        var kind = KeyMaterial.KindOf(bytes);
        var label = kind switch
        {
            KeyMaterialKind.Certificate => PemBlock.Certificate,
            KeyMaterialKind.PrivateKey => PemBlock.PrivateKey,
            KeyMaterialKind.EncryptedPrivateKey => PemBlock.EncryptedPrivateKey,
            KeyMaterialKind.RsaPrivateKey => PemBlock.RsaPrivateKey,
            KeyMaterialKind.EcPrivateKey => PemBlock.EcPrivateKey,
            _ => null,
        };
        return label is null ? new CertificateContent(kind, bytes, null) : new CertificateContent(kind, null, [new PemBlock(label, bytes)]);
    }

    private static IEnumerable<PemBlock> Find(string text)
    {
        for (var start = 0; PemEncoding.TryFind(text.AsSpan(start), out var fields);)
        {
            var rest = text.AsSpan(start);
            var (label, der) = (rest[fields.Label].ToString(), Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            yield return label is "TRUSTED CERTIFICATE" or "X509 CERTIFICATE"
                ? new PemBlock(PemBlock.Certificate, FirstElement(der))
                : new PemBlock(label, der);
            start += fields.Location.End.Value;
        }
    }

    /// <summary>OpenSSL's TRUSTED CERTIFICATE is a certificate followed by the purposes that it is trusted for.</summary>
    private static byte[] FirstElement(byte[] der)
    {
        try
        {
            AsnDecoder.ReadEncodedValue(der, AsnEncodingRules.BER, out _, out _, out var length);
            return der[..length];
        }
        catch (AsnContentException)
        {
            return der;
        }
    }

    [GeneratedRegex("-----(BEGIN|END) [^-\r\n]*-----", RegexOptions.CultureInvariant)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\\+[rn]", RegexOptions.CultureInvariant)]
    private static partial Regex LineBreak();
}
