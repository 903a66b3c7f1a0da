using System.Formats.Asn1;
using System.Numerics;

namespace WorkloadIdentity;

/// <summary>
/// The algorithms that protect a key or a PFX, read without the password. Where .NET cannot open the file because of them, the error
/// names them instead of calling the file damaged or the password wrong.
/// </summary>
internal sealed class KeyProtection
{
    /// <summary>
    /// The most iterations of key derivation: they take some seconds. .NET's own limit for a PFX is 300,000, which is less than what is
    /// recommended today. Without a limit, a file could occupy a processor for hours.
    /// </summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>The same for messages.</summary>
    public const string MaxIterationsText = "10,000,000";

    // A PFX is not nested this deep.
    private const int MaxDepth = 32;

    // The object identifiers of password-based encryption: PKCS#5 and PKCS#12.
    private static readonly IReadOnlyList<string> Schemes = ["1.2.840.113549.1.5.", "1.2.840.113549.1.12.1."];

    /// <summary>What .NET reads on every system: PBES2 with PBKDF2, HMAC with SHA-1 to SHA-512, AES-CBC or 3DES; 3DES of PKCS#12.</summary>
    private static bool IsKnown(string algorithm) =>
        algorithm is "1.2.840.113549.1.5.13" or "1.2.840.113549.1.5.12"
            or "1.2.840.113549.2.7" or "1.2.840.113549.2.9" or "1.2.840.113549.2.10" or "1.2.840.113549.2.11"
            or "2.16.840.1.101.3.4.1.2" or "2.16.840.1.101.3.4.1.22" or "2.16.840.1.101.3.4.1.42"
            or "1.2.840.113549.3.7" or "1.2.840.113549.1.12.1.3" or "1.2.840.113549.1.12.1.4";

    /// <summary>What .NET reads only where the system offers it. OpenSSL 3 needs its legacy provider.</summary>
    private static string? LegacyName(string algorithm) => algorithm switch
    {
        "1.2.840.113549.3.2" => "RC2",
        "1.3.14.3.2.7" => "DES",
        "1.2.840.113549.1.5.3" => "DES with MD5",
        "1.2.840.113549.1.5.6" => "RC2 with MD5",
        "1.2.840.113549.1.5.10" => "DES with SHA-1",
        "1.2.840.113549.1.5.11" => "RC2 with SHA-1",
        "1.2.840.113549.1.12.1.5" => "RC2 with 128 bits",
        "1.2.840.113549.1.12.1.6" => "RC2 with 40 bits",
        _ => null,
    };

    private static string? UnknownName(string algorithm) => algorithm switch
    {
        "1.3.6.1.4.1.11591.4.11" => "scrypt",
        "1.2.392.200011.61.1.1.1.2" or "1.2.392.200011.61.1.1.1.3" or "1.2.392.200011.61.1.1.1.4" => "Camellia",
        "1.2.410.200046.1.1.2" or "1.2.410.200046.1.1.7" or "1.2.410.200046.1.1.12" => "ARIA",
        "1.2.156.10197.1.104.2" => "SM4",
        "1.2.410.200004.1.4" => "SEED",
        "1.3.6.1.4.1.3029.1.2" => "Blowfish",
        "1.2.840.113549.1.12.1.1" or "1.2.840.113549.1.12.1.2" => "RC4",
        "1.2.840.113549.1.5.14" => "PBMAC1",
        "2.16.840.1.101.3.4.1.6" or "2.16.840.1.101.3.4.1.26" or "2.16.840.1.101.3.4.1.46" => "AES-GCM",
        "1.2.840.113549.2.8" => "HMAC with SHA-224",
        "1.2.840.113549.2.12" => "HMAC with SHA-512/224",
        "1.2.840.113549.2.13" => "HMAC with SHA-512/256",
        "2.16.840.1.101.3.4.2.5" => "SHA-512/224",
        "2.16.840.1.101.3.4.2.6" => "SHA-512/256",
        "2.16.840.1.101.3.4.2.7" or "2.16.840.1.101.3.4.2.8" or "2.16.840.1.101.3.4.2.9" or "2.16.840.1.101.3.4.2.10" => "SHA-3",
        "1.2.156.10197.1.401" => "SM3",
        _ => null,
    };

    private readonly HashSet<string> _unknown = [];
    private readonly HashSet<string> _legacy = [];

    private KeyProtection()
    {
    }

    /// <summary>The names of algorithms that .NET does not read; empty if there is none.</summary>
    public string UnknownAlgorithms => string.Join(" and ", _unknown);

    /// <summary>The names of algorithms that some systems do not offer any more.</summary>
    public string LegacyAlgorithms => string.Join(" and ", _legacy);

    /// <summary>Whether the key asks for more than <see cref="MaxIterations"/>.</summary>
    public bool IsTooSlow { get; private set; }

    public static KeyProtection Of(byte[] der)
    {
        var protection = new KeyProtection();
        protection.Look(der, isScheme: false, depth: 0);
        return protection;
    }

    /// <param name="der">The content of an element.</param>
    /// <param name="isScheme">
    /// Whether it describes password-based encryption: then every algorithm in it counts, and its numbers are counts.
    /// </param>
    /// <param name="depth">How deep it is nested.</param>
    private void Look(ReadOnlyMemory<byte> der, bool isScheme, int depth)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.BER);
            for (var first = true; reader.HasData; first = false)
            {
                var tag = reader.PeekTag();
                if (tag.HasSameClassAndValue(Asn1Tag.ObjectIdentifier))
                {
                    var algorithm = reader.ReadObjectIdentifier();
                    isScheme |= first && Schemes.Any(scheme => algorithm.StartsWith(scheme, StringComparison.Ordinal));
                    Add(algorithm, isScheme);
                    continue;
                }

                if (tag.HasSameClassAndValue(Asn1Tag.Integer) && isScheme)
                {
                    IsTooSlow |= reader.ReadInteger() > new BigInteger(MaxIterations);
                    continue;
                }

                // The octet strings of a scheme are random: salt and initialisation vector.
                if (depth < MaxDepth && (tag.IsConstructed || (!isScheme && tag.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString))))
                {
                    Look(reader.PeekContentBytes(), isScheme, depth + 1);
                }

                reader.ReadEncodedValue();
            }
        }
        catch (AsnContentException)
        {
            // Encrypted content has no structure, and a truncated file ends here.
        }
    }

    private void Add(string algorithm, bool isScheme)
    {
        if (UnknownName(algorithm) is { } name)
        {
            _unknown.Add(name);
        }
        else if (LegacyName(algorithm) is { } legacy)
        {
            _legacy.Add(legacy);
        }
        else if (isScheme && !IsKnown(algorithm))
        {
            _unknown.Add($"the algorithm {algorithm}");
        }
    }
}
