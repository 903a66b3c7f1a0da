using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>A client assertion (RFC 7523 section 3) written without the SDK, so that its flaws are chosen one by one.</summary>
internal sealed record HandMadeAssertion(string ClientId, string Audience, X509Certificate2 Certificate)
{
    public string Issuer { get; init; } = ClientId;

    public string Id { get; init; } = Guid.NewGuid().ToString();

    public TimeSpan ValidFor { get; init; } = TimeSpan.FromMinutes(10);

    public string Sign()
    {
        var now = TimeProvider.System.GetUtcNow();
        var header = new JsonObject { ["alg"] = "PS256", ["typ"] = "JWT" };
        var claims = new JsonObject
        {
            ["aud"] = Audience,
            ["iss"] = Issuer,
            ["sub"] = ClientId,
            ["jti"] = Id,
            ["nbf"] = now.AddMinutes(-10).ToUnixTimeSeconds(),
            ["exp"] = (now + ValidFor).ToUnixTimeSeconds(),
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        using var key = Certificate.GetRSAPrivateKey()!;
        var signature = key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(part.ToJsonString()));
}
