using System.Buffers.Text;
using System.Text.Json;

namespace WorkloadIdentity.Google;

/// <summary>
/// Issuer, audience and subject of a token, for a message: what a workload identity provider compares. Nothing is verified, and nothing is
/// decided by them.
/// </summary>
internal static class TokenClaims
{
    public static string Of(string token)
    {
        try
        {
            if (token.Split('.') is [_, var payload, _])
            {
                using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
                var root = claims.RootElement;
                return $"issuer {Text(root, "iss")}, audience {Text(root, "aud")}, subject {Text(root, "sub")}";
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            // It is not a JWT, which the text below says.
        }

        return "no claims that can be read, because it is not a JWT";
    }

    private static string Text(JsonElement claims, string name) =>
        !claims.TryGetProperty(name, out var value) ? "(none)"
        : TokenError.Quote(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()) ?? "(empty)";
}
