using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WorkloadIdentity;

/// <summary>
/// Signs JWTs. The one file that uses Microsoft.IdentityModel.JsonWebTokens, so that a program without a certificate never loads it.
/// Form of the assertion: <see href="https://learn.microsoft.com/entra/identity-platform/certificate-credentials">certificate credentials</see>, RFC 7523 section 3.
/// </summary>
internal static class ClientAssertion
{
    public const string Ps256 = "PS256";
    public const string Rs256 = "RS256";

    // Entra asks for 5 to 10 minutes from nbf to exp. The start lies back, for a server whose clock is behind ours.
    private static readonly TimeSpan BackDated = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>A new assertion, with a <c>jti</c> of its own, addressed to the very URI it is posted to.</summary>
    /// <returns>The assertion and the algorithm: PS256, or RS256 where the key refuses PSS padding or the server does.</returns>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    public static (string Assertion, string Algorithm) Sign(SigningCertificate certificate, TokenExchange exchange)
    {
        using var key = certificate.OpenKey();
        if (!exchange.UseRs256 && !certificate.RefusesPss)
        {
            try
            {
                return (Sign(key, Ps256, "x5t#S256", certificate.Sha256, exchange), Ps256);
            }
            catch (Exception exception) when (exception is CryptographicException or NotSupportedException)
            {
                certificate.RefusesPss = true;
            }
        }

        return (Sign(key, Rs256, "x5t", certificate.Sha1, exchange), Rs256);
    }

    // The header is written out here: credentials made for a certificate would add a kid, and the SHA-1 thumbprint even next to PS256.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Sign(RSA key, string algorithm, string thumbprintName, byte[] thumbprint, TokenExchange exchange)
    {
        var now = exchange.TimeProvider.GetUtcNow();
        var header = Encode(writer =>
        {
            writer.WriteString("alg", algorithm);
            writer.WriteString("typ", "JWT");
            writer.WriteString(thumbprintName, Base64UrlEncoder.Encode(thumbprint));
        });
        var payload = Encode(writer =>
        {
            writer.WriteString("aud", exchange.Endpoint.AbsoluteUri);
            writer.WriteString("iss", exchange.ClientId);
            writer.WriteString("sub", exchange.ClientId);
            writer.WriteString("jti", Guid.NewGuid().ToString("D"));
            writer.WriteNumber("iat", now.ToUnixTimeSeconds());
            writer.WriteNumber("nbf", (now - BackDated).ToUnixTimeSeconds());
            writer.WriteNumber("exp", (now - BackDated + Lifetime).ToUnixTimeSeconds());
        });

        // A factory of our own, because the shared one keeps keys it has seen, and a rotated key has to go.
        var credentials = new SigningCredentials(new RsaSecurityKey(key), algorithm)
        {
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        return $"{header}.{payload}.{JwtTokenUtilities.CreateEncodedSignature($"{header}.{payload}", credentials)}";
    }

    private static string Encode(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64UrlEncoder.Encode(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
