using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WorkloadIdentity;

/// <summary>Opens a PFX (PKCS#12), and tells why one cannot be opened.</summary>
internal static class PfxParser
{
    private const int InvalidPassword = unchecked((int)0x80070056);

    // The key is derived up to three times: for the certificates, for the keys, and for the checksum over both.
    private static Pkcs12LoaderLimits Limits => new()
    {
        MacIterationLimit = KeyProtection.MaxIterations,
        IndividualKdfIterationLimit = KeyProtection.MaxIterations,
        TotalKdfIterationLimit = 3 * KeyProtection.MaxIterations,
        AllowDuplicateAttributes = true,
    };

    private static Pkcs12LoaderLimits WithoutKeys => new(Limits) { IgnorePrivateKeys = true };

    // Ephemeral: on Windows the key would otherwise be left behind on disk. macOS knows no such keys.
    private static X509KeyStorageFlags Flags =>
        OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet;

    public static ParsedCertificates Read(byte[] pfx, string name, string? password)
    {
        try
        {
            List<X509Certificate2> all = [.. X509CertificateLoader.LoadPkcs12Collection(pfx, password, Flags, Limits)];

            List<X509Certificate2> withKeys = [.. all.Where(certificate => certificate.HasPrivateKey)];
            return all.Count == 0 ? ParsedCertificates.Unusable($"{name} holds no certificate")
                : ParsedCertificates.Of(withKeys.Count > 0 ? withKeys : [all[0]], all, $"{name} holds");
        }
        catch (Pkcs12LoadLimitExceededException exception)
        {
            return ParsedCertificates.Unusable(
                $"{name} is a PFX above a limit: {KeyProtection.MaxIterationsText} iterations of key derivation, "
                    + "200 certificates, 200 keys. Export it again with fewer",
                exception);
        }
        catch (CryptographicException exception)
        {
            return Unopened(pfx, name, password, exception);
        }
    }

    private static ParsedCertificates Unopened(byte[] pfx, string name, string? password, CryptographicException exception)
    {
        const string ExportAgain = "Export it again: openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256";
        var protection = KeyProtection.Of(pfx);
        var problem = protection switch
        {
            { UnknownAlgorithms: { Length: > 0 } unknown } =>
                $"is a PFX that is protected with {unknown}, which .NET does not read. {ExportAgain}",
            _ when exception.HResult == InvalidPassword && password is null => "is protected by a password, and none was given",
            _ when exception.HResult == InvalidPassword => "cannot be opened with the password that was given",
            { LegacyAlgorithms: { Length: > 0 } legacy } when PrivateKeyResult.IsNotOffered(exception) =>
                $"is a PFX that is protected with {legacy}, which the cryptography of this system does not offer. {ExportAgain}",

            // One key that .NET does not load makes the whole file fail. The certificate tells the kind of the key.
            _ when KeyKindProblem(pfx, password) is { } kind => $"holds a certificate that {kind}",
            _ => "cannot be read as PFX (PKCS#12), PEM or DER; it may be damaged, or of another kind",
        };
        return ParsedCertificates.Unusable($"{name} {problem}", exception);
    }

    private static string? KeyKindProblem(byte[] pfx, string? password)
    {
        try
        {
            return X509CertificateLoader.LoadPkcs12Collection(pfx, password, Flags, WithoutKeys)
                .Select(Problem)
                .FirstOrDefault(problem => problem is not null);
        }
        catch (CryptographicException)
        {
            return null;
        }

        static string? Problem(X509Certificate2 certificate)
        {
            using var publicKey = certificate.GetRSAPublicKey();
            return RsaKeys.Problem(certificate, publicKey);
        }
    }
}
