using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace WorkloadIdentity;

/// <summary>
/// Signs JWTs. The one file that uses Microsoft.IdentityModel.JsonWebTokens, so that a program without a certificate never loads it.
/// Form of the assertion: <see href="https://learn.microsoft.com/entra/identity-platform/certificate-credentials">certificate
/// credentials</see>, RFC 7523 section 3.
/// </summary>
internal static class ClientAssertion
{
    public const string Ps256 = "PS256";
    public const string Rs256 = "RS256";

    // Entra asks for 5 to 10 minutes from nbf to exp. The start lies back, for a server whose clock is behind ours.
    private static readonly TimeSpan BackDated = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>A new assertion, with a <c>jti</c> of its own, addressed to the very URI it is posted to.</summary>
    /// <param name="certificate">Whose key signs.</param>
    /// <param name="chain">The certificates of <c>x5c</c>, in DER; null leaves it out.</param>
    /// <param name="exchange">What the assertion is for.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The assertion and the algorithm: PS256, or RS256 where the key refuses PSS padding or the server does.</returns>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    /// <exception cref="TokenAcquisitionException">What was signed elsewhere was not signed with the key of the certificate.</exception>
    public static async ValueTask<(string Assertion, string Algorithm)> SignAsync(
        SigningCertificate certificate, IReadOnlyList<byte[]>? chain, TokenExchange exchange, CancellationToken cancellationToken)
    {
        if (!exchange.UseRs256 && !certificate.RefusesPss)
        {
            try
            {
                return (await SignAsync(certificate, Ps256, chain, exchange, cancellationToken).ConfigureAwait(false), Ps256);
            }
            catch (Exception exception) when (exception is CryptographicException or NotSupportedException)
            {
                certificate.RefusesPss = true;
            }
        }

        return (await SignAsync(certificate, Rs256, chain, exchange, cancellationToken).ConfigureAwait(false), Rs256);
    }

    private static async ValueTask<string> SignAsync(
        SigningCertificate certificate, string algorithm, IReadOnlyList<byte[]>? chain, TokenExchange exchange,
        CancellationToken cancellationToken)
    {
        var input = SigningInput(certificate, algorithm, chain, exchange);
        using var key = certificate.OpenKey();
        if (certificate.Remote is not { } sign)
        {
            return $"{input}.{Signature(key, algorithm, input)}";
        }

        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(input));
        var padding = algorithm == Ps256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        var signature = await sign(hash, padding, cancellationToken).ConfigureAwait(false);

        // A key of another version would be refused by Entra with a code that says nothing of versions.
        return signature is not null && key.VerifyHash(hash, signature, HashAlgorithmName.SHA256, padding)
            ? $"{input}.{Base64Url.EncodeToString(signature)}"
            : throw new TokenAcquisitionException(new TokenError(
                TokenErrorKind.InvalidConfiguration,
                $"The signer did not return a signature by the key of the client certificate '{certificate.Subject}' ({algorithm}), so "
                    + "nothing was sent. Check that it signs with the key of this very version, and with the padding it is asked for.")
            {
                HelpAnchor = HelpAnchors.ClientCertificate,
            });
    }

    // The header is written out here: credentials made for a certificate would add a kid, and the SHA-1 thumbprint even next to PS256.
    private static string SigningInput(
        SigningCertificate certificate, string algorithm, IReadOnlyList<byte[]>? chain, TokenExchange exchange)
    {
        var now = exchange.TimeProvider.GetUtcNow();
        var header = Encode(writer =>
        {
            writer.WriteString("alg", algorithm);
            writer.WriteString("typ", "JWT");
            writer.WriteString(
                algorithm == Ps256 ? "x5t#S256" : "x5t",
                Base64Url.EncodeToString(algorithm == Ps256 ? certificate.Sha256 : certificate.Sha1));
            if (chain is not null)
            {
                // Base64 with padding, unlike all else in a JWS (RFC 7515 section 4.1.6).
                writer.WriteStartArray("x5c");
                foreach (var issued in chain)
                {
                    writer.WriteBase64StringValue(issued);
                }

                writer.WriteEndArray();
            }
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
        return $"{header}.{payload}";
    }

    /// <summary>The signature over header and payload (RFC 7515 section 5.1), in base64url.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static string Signature(RSA key, string algorithm, string signingInput)
    {
        // A factory of our own, because the shared one keeps keys it has seen, and a rotated key has to go.
        var credentials = new SigningCredentials(new RsaSecurityKey(key), algorithm)
        {
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        return JwtTokenUtilities.CreateEncodedSignature(signingInput, credentials);
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

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
