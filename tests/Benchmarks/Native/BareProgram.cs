using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Native;

/// <summary>RSA, HttpClient and a JSON reader: what no library can be faster than.</summary>
internal static class FirstToken
{
    public static async Task<string> WithCertificateAsync(Application application)
    {
        var address = new Uri(application.AuthorityHost, $"{application.TenantId}/oauth2/v2.0/token");
        using var certificate = X509Certificate2.CreateFromPemFile(application.CertificateFile);
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            new("client_id", application.ClientId), new("scope", application.Scope), new("grant_type", "client_credentials"),
            new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            new("client_assertion", Assertion(application, address, certificate)),
        ]);
        using var response = await client.PostAsync(address, form);
        using var answer = JsonDocument.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        return answer.RootElement.GetProperty("access_token").GetString()!;
    }

    private static string Assertion(Application application, Uri address, X509Certificate2 certificate)
    {
        var thumbprint = Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var header = $$"""{"alg":"PS256","typ":"JWT","x5t#S256":"{{thumbprint}}"}""";
        var claims = $$"""
            {"iss":"{{application.ClientId}}","sub":"{{application.ClientId}}","aud":"{{address}}","jti":"{{Guid.NewGuid()}}",
            "nbf":{{now}},"exp":{{now + 600}}}
            """;
        var content = $"{Encode(header)}.{Encode(claims)}";
        using var key = certificate.GetRSAPrivateKey()!;
        var signature = key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        return $"{content}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
