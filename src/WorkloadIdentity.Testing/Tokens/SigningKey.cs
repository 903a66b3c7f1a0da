using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>An RSA key that was made in this process and is gone with it. Signs RS256. Safe for concurrent use.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RSA _key = RsaKeyPool.OfProcess.Take();
    private readonly string _modulus;
    private readonly string _exponent;
    private readonly string? _certificate;
    private bool _isDisposed;

    /// <param name="hasCertificate">
    /// Whether the key is published with a certificate, as Entra's keys are: its thumbprint is then the key id. Other issuers publish the
    /// key alone.
    /// </param>
    public SigningKey(bool hasCertificate)
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        _modulus = Base64Url.EncodeToString(parameters.Modulus);
        _exponent = Base64Url.EncodeToString(parameters.Exponent);

        if (hasCertificate)
        {
            using var certificate = Certify(_key);
            _certificate = Convert.ToBase64String(certificate.RawDataMemory.Span);
            KeyId = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA1));
        }
        else
        {
            // RFC 7638: the thumbprint over the required members in this very order.
            KeyId =
                Base64Url.EncodeToString(
                    SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"e":"{{_exponent}}","kty":"RSA","n":"{{_modulus}}"}""")));
        }
    }

    public string KeyId { get; }

    public string Sign(JsonObject claims)
    {
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["kid"] = KeyId, ["emulator"] = TokenIssuer.Marker };
        var content = $"{Encode(header)}.{Encode(claims)}";
        byte[] signature;
        lock (_gate)
        {
            signature = _key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }

        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    public bool HasSigned(SignedJwt jwt)
    {
        lock (_gate)
        {
            return jwt.Algorithm == "RS256" && jwt.IsSignedBy(_key);
        }
    }

    /// <summary>The public half as a JWK (RFC 7517 section 4).</summary>
    public JsonObject ToPublicKey()
    {
        var key = new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = KeyId,
            ["n"] = _modulus,
            ["e"] = _exponent,
        };
        if (_certificate is not null)
        {
            // RFC 7517 sections 4.7 and 4.8: base64 of the certificate, and base64url of its SHA-1.
            key["x5t"] = KeyId;
            key["x5c"] = new JsonArray(_certificate);
        }

        return key;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                RsaKeyPool.OfProcess.GiveBack(_key);
            }
        }
    }

    /// <summary>
    /// A certificate of the key, signed by itself. It is valid in all years, because some libraries compare its dates with the machine's
    /// clock and others with a test's.
    /// </summary>
    private static X509Certificate2 Certify(RSA key) =>
        new CertificateRequest(
            "CN=Entra emulator token signing, O=Local tests only", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2999, 12, 31, 0, 0, 0, TimeSpan.Zero));

    private static string Encode(JsonObject value) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value.ToJsonString()));
}
