using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>
/// Reads certificates with their keys: PFX (PKCS#12), or PEM or DER with the key as PKCS#8, encrypted PKCS#8 or PKCS#1, in one file or in
/// two. It keeps other certificates as possible issuers. It never prints content.
/// </summary>
/// <param name="certificateName">
/// The certificate's file, as the beginning of a sentence: <c>The client certificate file '/run/secrets/tls.crt'</c>.
/// </param>
/// <param name="keyName">The same of the key, if it has a file of its own.</param>
/// <param name="password">The password of the key; null if it has none.</param>
internal sealed class CertificateParser(string certificateName, string keyName, string? password)
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly string? _password = password;

    /// <param name="certificate">The certificate, and the key unless it comes by itself.</param>
    /// <param name="key">The key; null if it stands with the certificate.</param>
    public ParsedCertificates Read(CertificateContent certificate, CertificateContent? key)
    {
        if (Misplaced(certificate, key) is { } problem)
        {
            return ParsedCertificates.Unusable(problem);
        }

        try
        {
            return certificate.Blocks is { } blocks
                ? Blocks(blocks, key?.Blocks, (key ?? certificate).HasOldEncryption)
                : PfxParser.Read(certificate.Binary!, certificateName, _password);
        }
        catch (CryptographicException exception)
        {
            // The runtime's text names the algorithm or the structure at fault, never the password. Ours says what to do.
            return ParsedCertificates.Unusable(
                $"{certificateName} cannot be read as PEM or DER; it may be damaged, or of another kind", exception);
        }
    }

    /// <summary>What can be told without opening anything; null if nothing is wrong so far.</summary>
    private string? Misplaced(CertificateContent certificate, CertificateContent? key) => (certificate, key) switch
    {
        ({ Binary.Length: 0 }, _) => $"{certificateName} is empty",
        (_, { Binary.Length: 0 }) => $"{keyName} is empty",
        ({ Kind: KeyMaterialKind.Pkcs7 }, _) =>
            $"{certificateName} is a PKCS#7 bundle, which holds certificates without a key. Convert it to PEM: openssl pkcs7 -print_certs",
        ({ Kind: KeyMaterialKind.JavaKeyStore }, _) =>
            $"{certificateName} is a Java key store. Convert it to PFX: keytool -importkeystore -deststoretype PKCS12",
        ({ Kind: KeyMaterialKind.Pfx }, not null) =>
            $"{certificateName} is a PFX (PKCS#12), which holds its own key. Leave the key file out",
        ({ Binary: not null }, not null) => $"{certificateName} holds no certificate. It must hold it as PEM or DER",
        (_, { Kind: KeyMaterialKind.Pfx }) =>
            $"{keyName} is a PFX (PKCS#12), which holds certificate and key. Name it alone, as the certificate file",
        (_, { Binary: not null }) => NoKey,
        _ => null,
    };

    private string NoKey => $"{keyName} holds no private key in PEM or DER";

    private ParsedCertificates Blocks(IReadOnlyList<PemBlock> blocks, IReadOnlyList<PemBlock>? keyBlocks, bool hasOldEncryption)
    {
        var certificates = blocks.Where(block => block.Label == PemBlock.Certificate)
            .Select(block => X509CertificateLoader.LoadCertificate(block.Der))
            .ToList();
        if (certificates.Count == 0)
        {
            return ParsedCertificates.Unusable($"{certificateName} holds no certificate. {WhatToPut(blocks, keyBlocks is not null)}");
        }

        var keys = (keyBlocks ?? blocks).Where(block => block.IsPrivateKey)
            .Select(block => PrivateKeyResult.Read(block, _password))
            .ToList();
        try
        {
            // The certificate that a key belongs to may stand anywhere.
            List<X509Certificate2> pairs =
            [
                .. from key in keys.Select(opened => opened.Key).OfType<RSA>()
                   from certificate in certificates
                   where RsaKeys.IsPair(certificate, key)
                   select certificate.CopyWithPrivateKey(key),
            ];
            return pairs.Count > 0
                ? ParsedCertificates.Of(pairs, certificates, $"{certificateName} holds")
                : WithoutPair(certificates, keys, hasKeyFile: keyBlocks is not null, hasOldEncryption);
        }
        finally
        {
            keys.ForEach(key => key.Key?.Dispose());
        }
    }

    private static string WhatToPut(IReadOnlyList<PemBlock> blocks, bool hasKeyFile) =>
        blocks.Any(block => block.Label.EndsWith("CERTIFICATE REQUEST", StringComparison.Ordinal))
            ? "It holds a request for one: put the issued certificate in its place"
        : blocks.Any(block => block.Label == "PKCS7") ? "It holds a PKCS#7 bundle. Convert it: openssl pkcs7 -print_certs"
        : hasKeyFile ? "It must hold it as PEM or DER"
        : "Put certificate and key in one file, or name the file of each";

    /// <summary>Why no key belongs to a certificate. Of several reasons it tells the one about the key that was probably meant.</summary>
    private ParsedCertificates WithoutPair(
        List<X509Certificate2> certificates, List<PrivateKeyResult> keys, bool hasKeyFile, bool hasOldEncryption)
    {
        var place = hasKeyFile ? keyName : certificateName;
        if (hasOldEncryption)
        {
            return ParsedCertificates.Unusable(
                $"{place} holds a private key under the old PEM encryption (RFC 1423), which protects it badly. "
                    + "Convert it: openssl pkcs8 -topk8");
        }

        if (keys.Count == 0 && hasKeyFile)
        {
            return ParsedCertificates.Unusable(NoKey);
        }

        // Without a key or an RSA certificate, the certificate tells what is wrong.
        if (keys.Count == 0 || !certificates.Exists(certificate => certificate.PublicKey.Oid.Value == RsaKeys.Oid))
        {
            return ParsedCertificates.Of([certificates[0]], certificates, $"{certificateName} holds");
        }

        var unopened = keys.Find(key => key is { Problem: not null, IsOfAnotherKind: false });
        if (unopened is null && keys.TrueForAll(key => key.IsOfAnotherKind))
        {
            unopened = keys[0];
        }

        if (unopened is not null)
        {
            return ParsedCertificates.Unusable($"{place} {unopened.Problem}", unopened.Exception);
        }

        return ParsedCertificates.Unusable(hasKeyFile
            ? $"{keyName} holds a private key that belongs to none of the certificates in "
                + $"{char.ToLowerInvariant(certificateName[0])}{certificateName[1..]}"
            : $"{certificateName} holds a private key that belongs to none of its certificates") with
        {
            IsTransient = hasKeyFile,
        };
    }
}
