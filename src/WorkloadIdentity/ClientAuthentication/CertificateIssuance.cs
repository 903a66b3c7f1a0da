using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Whether one certificate issued another. The name is not enough, because an authority keeps its name when it renews its key. The
/// signature decides. Where .NET cannot check it, the key identifiers decide (RFC 5280 sections 4.2.1.1 and 4.2.1.2). Validity and trust
/// are not checked.
/// </summary>
internal static class CertificateIssuance
{
    private const string Rsa = "1.2.840.113549.1.1.";
    private const string Pss = Rsa + "10";
    private const string Sha1 = "1.3.14.3.2.26";

    public static bool Issued(X509Certificate2 issuer, X509Certificate2 subject) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(subject.IssuerName.RawData)
        && (IsSignedBy(issuer, subject) ?? KeyIdentifiersAgree(issuer, subject) ?? true);

    /// <summary>Null if it cannot be checked: .NET does not know the algorithm, or the system forbids it.</summary>
    private static bool? IsSignedBy(X509Certificate2 issuer, X509Certificate2 subject)
    {
        try
        {
            var certificate = new AsnReader(subject.RawDataMemory, AsnEncodingRules.BER).ReadSequence();
            var signed = certificate.ReadEncodedValue().Span;
            var algorithm = certificate.ReadSequence();
            var signature = certificate.ReadBitString(out _);
            var name = algorithm.ReadObjectIdentifier();
            if ((name == Pss ? PssHash(algorithm.ReadSequence()) : Hash(name)) is not { } hash)
            {
                return null;
            }

            if (name.StartsWith(Rsa, StringComparison.Ordinal))
            {
                using var rsa = issuer.GetRSAPublicKey();
                return rsa?.VerifyData(signed, signature, hash, name == Pss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1) == true;
            }

            using var elliptic = issuer.GetECDsaPublicKey();
            return elliptic?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return null;
        }
    }

    /// <summary>
    /// The hash of a PSS signature (RFC 4055 section 3.1); null unless .NET can check it: one hash for both uses, and a salt of its
    /// length.
    /// </summary>
    private static HashAlgorithmName? PssHash(AsnReader parameters)
    {
        var hash = Parameter(0)?.ReadSequence().ReadObjectIdentifier() ?? Sha1;
        var mask = Parameter(1)?.ReadSequence();
        mask?.ReadObjectIdentifier();
        var maskHash = mask?.ReadSequence().ReadObjectIdentifier() ?? Sha1;
        var salt = Parameter(2) is { } length && length.TryReadInt32(out var octets) ? octets : 20;
        return hash == maskHash ? Digest(hash, salt) : null;

        AsnReader? Parameter(int number)
        {
            var tag = new Asn1Tag(TagClass.ContextSpecific, number);
            return parameters.HasData && parameters.PeekTag().HasSameClassAndValue(tag) ? parameters.ReadSequence(tag) : null;
        }
    }

    /// <summary>Null if one of them has none.</summary>
    private static bool? KeyIdentifiersAgree(X509Certificate2 issuer, X509Certificate2 subject)
    {
        var wanted = subject.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        var own = issuer.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault()?.SubjectKeyIdentifierBytes;
        return wanted is { } one && own is { } other ? one.Span.SequenceEqual(other.Span) : null;
    }

    private static HashAlgorithmName? Hash(string signature) => signature switch
    {
        "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" => HashAlgorithmName.SHA1,
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static HashAlgorithmName? Digest(string hash, int length) => (hash, length) switch
    {
        (Sha1, 20) => HashAlgorithmName.SHA1,
        ("2.16.840.1.101.3.4.2.1", 32) => HashAlgorithmName.SHA256,
        ("2.16.840.1.101.3.4.2.2", 48) => HashAlgorithmName.SHA384,
        ("2.16.840.1.101.3.4.2.3", 64) => HashAlgorithmName.SHA512,
        _ => null,
    };
}
