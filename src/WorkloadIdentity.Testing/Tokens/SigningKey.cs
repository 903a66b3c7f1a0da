using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>An RSA key made at start and gone with the process. Signs RS256. Safe for concurrent use.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly string _modulus;
    private readonly string _exponent;

    public SigningKey()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        _modulus = Base64Url.EncodeToString(parameters.Modulus);
        _exponent = Base64Url.EncodeToString(parameters.Exponent);

        // RFC 7638: the thumbprint over the required members in this very order.
        KeyId =
            Base64Url.EncodeToString(
                SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"e":"{{_exponent}}","kty":"RSA","n":"{{_modulus}}"}""")));
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
    public JsonObject ToPublicKey() => new()
    {
        ["kty"] = "RSA",
        ["use"] = "sig",
        ["alg"] = "RS256",
        ["kid"] = KeyId,
        ["n"] = _modulus,
        ["e"] = _exponent,
    };

    public void Dispose() => _key.Dispose();

    private static string Encode(JsonObject value) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value.ToJsonString()));
}
