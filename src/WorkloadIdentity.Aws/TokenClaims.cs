using System.Buffers.Text;
using System.Text.Json;

namespace WorkloadIdentity.Aws;

/// <summary>
/// Issuer, audience and subject of a token, for a message: the three values that a trust policy of AWS compares. Nothing is verified, and
/// nothing is decided by them.
/// </summary>
internal sealed class TokenClaims
{
    private readonly string _text;

    private TokenClaims(string text) => _text = text;

    public static TokenClaims Of(AccessToken token)
    {
        try
        {
            if (token.Value.Split('.') is [_, var payload, _])
            {
                using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(payload));
                var root = claims.RootElement;
                return new TokenClaims($"issuer {Text(root, "iss")}, audience {Text(root, "aud")}, subject {Text(root, "sub")}");
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
        }

        return new TokenClaims("it is not a JWT that can be read");
    }

    public override string ToString() => _text;

    private static string Text(JsonElement claims, string name) =>
        !claims.TryGetProperty(name, out var value) ? "(none)"
        : value.ValueKind == JsonValueKind.String ? TokenError.Quote(value.GetString()!) ?? "(empty)"
        : TokenError.Quote(value.GetRawText()) ?? "(empty)";
}
