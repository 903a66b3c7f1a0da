using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The proof that comes with a change of keys: a JWT signed by a certificate that the application has. Graph answers every mistake in it
/// with the same words as a bad access token, so everything is checked here first. See
/// <see href="https://learn.microsoft.com/graph/application-rollkey-prooftoken">proof of possession tokens</see> (2024-06).
/// </summary>
internal static class ProofOfPossession
{
    /// <summary>The id of Azure AD Graph. That of Microsoft Graph is refused.</summary>
    private const string Audience = "00000002-0000-0000-c000-000000000000";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <exception cref="ChangeRefusedException">The certificate proves nothing for this application. The message says why.</exception>
    public static void Require(X509Certificate2 certificate, ApplicationKeys keys, DateTimeOffset now)
    {
        if (ProblemOf(certificate, keys, now) is { } problem)
        {
            throw new ChangeRefusedException($"{problem} Use the certificate that the application proves itself with now.");
        }
    }

    private static string? ProblemOf(X509Certificate2 certificate, ApplicationKeys keys, DateTimeOffset now)
    {
        if (!certificate.HasPrivateKey)
        {
            return "The certificate that proves possession has no private key.";
        }

        using var rsa = certificate.GetRSAPrivateKey();
        return rsa is null ? "The key that proves possession is not an RSA key."
            : keys.All.FirstOrDefault(key => Matches(key, certificate)) is not { } key
                ? $"The certificate {certificate.Thumbprint} that proves possession is not one of the application {keys.Name}. It has: "
                    + $"{keys.List(CredentialKind.Certificate)}."
            : !key.IsValid(now) || now > certificate.NotAfter.ToUniversalTime()
                ? $"The certificate {certificate.Thumbprint} that proves possession has expired or is not valid yet."
            : null;
    }

    /// <summary>A proof that the caller has a key of the application.</summary>
    /// <exception cref="ChangeRefusedException">The certificate proves nothing for this application. The message says why.</exception>
    public static string Create(X509Certificate2 certificate, ApplicationKeys keys, DateTimeOffset now)
    {
        Require(certificate, keys, now);
        var header = GraphBody.Of(json =>
        {
            json.WriteString("alg", "RS256");
            json.WriteString("typ", "JWT");
            json.WriteString("kid", certificate.Thumbprint);
            json.WriteString("x5t", Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1)));
        });
        var claims = GraphBody.Of(json =>
        {
            json.WriteString("aud", Audience);
            json.WriteString("iss", keys.ObjectId);
            json.WriteNumber("nbf", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
        });
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        using var key = certificate.GetRSAPrivateKey()!;
        using var verifier = certificate.GetRSAPublicKey()!;
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return verifier.VerifyData(Encoding.ASCII.GetBytes(signed), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ? $"{signed}.{Base64Url.EncodeToString(signature)}"
            : throw new ChangeRefusedException("The private key of the certificate that proves possession belongs to another certificate.");
    }

    /// <summary>The identifier is the thumbprint as Base64, or as text in hexadecimal digits.</summary>
    private static bool Matches(ApplicationKey key, X509Certificate2 certificate) =>
        key.Kind == CredentialKind.Certificate && key.Identifier is { } identifier
        && (identifier == Convert.ToBase64String(certificate.GetCertHash(HashAlgorithmName.SHA1))
            || identifier.Equals(certificate.Thumbprint, StringComparison.OrdinalIgnoreCase)
            || identifier == Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.Thumbprint)));

    /// <summary>The certificate with its key that a text holds as PEM; null if it holds none.</summary>
    public static X509Certificate2? Read(string? pem)
    {
        try
        {
            return pem is null || !pem.Contains("PRIVATE KEY", StringComparison.Ordinal) ? null : X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
