using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The clients the server knows: some with a secret, some with the public key of a certificate. Tests that count requests have a client of
/// their own.
/// </summary>
internal sealed class RegisteredClients : IDisposable
{
    public const string WithSecret = "0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7d01";
    public const string WithSecretCounted = "0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7d02";
    public const string WithCertificate = "0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7d03";
    public const string WithCertificateCounted = "0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7d04";

    /// <summary>Its token requests are refused and counted: tests give it wrong secrets only.</summary>
    public const string WithSecretRefused = "0c9d1f1e-6c0b-4df0-8f0e-9b8b3f5a7d05";

    /// <summary>Characters that a form must escape, so that a secret sent raw is refused.</summary>
    public string Secret { get; } = "p+%26 & =/?" + Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    public X509Certificate2 Certificate { get; } = NewCertificate("CN=orders");

    /// <summary>A good certificate that no client is registered with.</summary>
    public X509Certificate2 ForeignCertificate { get; } = NewCertificate("CN=stranger");

    /// <summary>The clients as RFC 7591 (section 2) describes them.</summary>
    public JsonArray ToMetadata() =>
    [
        SecretClient(WithSecret),
        SecretClient(WithSecretCounted),
        SecretClient(WithSecretRefused),
        CertificateClient(WithCertificate),
        CertificateClient(WithCertificateCounted),
    ];

    public void Dispose()
    {
        Certificate.Dispose();
        ForeignCertificate.Dispose();
    }

    private JsonObject SecretClient(string clientId) => new()
    {
        ["client_id"] = clientId,
        ["client_secret"] = Secret,
        ["token_endpoint_auth_method"] = "client_secret_post",
    };

    private JsonObject CertificateClient(string clientId) => new()
    {
        ["client_id"] = clientId,
        ["token_endpoint_auth_method"] = "private_key_jwt",
        ["token_endpoint_auth_signing_alg"] = "PS256",
        ["jwks"] = new JsonObject { ["keys"] = new JsonArray(PublicKeyOf(Certificate)) },
    };

    private static JsonObject PublicKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetRSAPublicKey()!;
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "PS256",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus!),
            ["e"] = Base64Url.EncodeToString(parameters.Exponent!),
            ["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData)),
            ["x5t#S256"] = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)),
        };
    }

    private static X509Certificate2 NewCertificate(string subject)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
    }
}
