using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkloadIdentity.Tool;

/// <summary>A token as JSON: its properties, its claims, and its value on request.</summary>
internal static class TokenJson
{
    private static readonly JsonWriterOptions Indented =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="value">The token's value; null leaves it out.</param>
    public static string Of(AccessToken token, string scope, string? value, Redaction redaction) => Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("schema", "wid-token/1");
        writer.WriteString("scope", redaction.Text(scope));
        writer.WriteString("tokenType", token.TokenType);
        writer.WriteString("expiresOn", token.ExpiresOn.UtcDateTime);
        writer.WriteString("acquiredBy", redaction.TextOrNull(token.AcquiredBy));
        if (ShownClaims.Of(token.Value, redaction) is { } claims)
        {
            writer.WritePropertyName("claims");
            claims.WriteTo(writer);
        }

        if (value is not null)
        {
            writer.WriteString("accessToken", value);
        }

        writer.WriteEndObject();
    });

    /// <exception cref="ToolException">The token is not a JWT.</exception>
    public static string Decoded(AccessToken token, Redaction redaction)
    {
        var header = UnverifiedJwt.TryRead(token.Value)?.Header;
        if (ShownClaims.Of(token.Value, redaction) is not { } claims)
        {
            throw new ToolException(
                ExitCodes.Failed, "The token is not a JWT this tool can read.",
                "Only its API can read it; it may be encrypted. Leave --decode out to see when it expires.",
                ToolException.Reference("wid#wid-token"));
        }

        return Write(writer =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("header");
            (header is { } readable ? ShownClaims.Of(readable, redaction) : []).WriteTo(writer);
            writer.WritePropertyName("claims");
            claims.WriteTo(writer);
            writer.WriteEndObject();
        });
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
