using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// Reads the <c>claims</c> of a challenge (<see href="https://learn.microsoft.com/entra/identity-platform/claims-challenge">claims
/// challenge</see>): base64 of a JSON object. It comes from an API, so it is bounded, and only what it says about access tokens goes on to
/// Entra.
/// </summary>
internal static class ChallengeClaims
{
    /// <summary>Of the JSON text.</summary>
    public const int MaxBytes = 8 * 1024;

    /// <summary>Of the parameter: base64 takes 4 characters for 3 bytes.</summary>
    public const int MaxLength = 2 * MaxBytes;

    /// <summary>Of what is read, written in our form: a token request takes no more.</summary>
    public const int MaxWritten = 16 * 1024;

    public const int MaxDepth = 16;

    private const string Member = "access_token";

    // Escapes little more than JSON requires: what is within the bound as it was read must not outgrow the next one. No HTML shows it.
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The claims as a JSON object with the one member <c>access_token</c>, written in one form so that the same claims are the same text;
    /// false when they cannot be read.
    /// </summary>
    public static bool TryRead(string? value, [NotNullWhen(true)] out string? claims)
    {
        claims = null;
        var text = value?.Trim();
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        // Some servers forget the encoding and send the object itself.
        return (FromBase64(text) is { } decoded && TryNormalize(decoded, out claims))
            || (text.StartsWith('{') && Encoding.UTF8.GetByteCount(text) <= MaxBytes && TryNormalize(text, out claims));
    }

    /// <summary>The standard and the url-safe alphabet, with padding, without it, or with it percent-encoded.</summary>
    private static string? FromBase64(string text)
    {
        var plain = text.Replace("%3D", "=", StringComparison.OrdinalIgnoreCase).TrimEnd('=').Replace('-', '+').Replace('_', '/');
        var bytes = new byte[(plain.Length * 3 / 4) + 3];
        if (plain.Length % 4 == 1
            || !Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length)
            || length is 0 or > MaxBytes)
        {
            return null;
        }

        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool TryNormalize(string json, [NotNullWhen(true)] out string? claims)
    {
        claims = null;
        try
        {
            using var document =
                JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty(Member, out var wanted)
                || wanted.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            var buffer = new ArrayBufferWriter<byte>(json.Length);
            using (var writer = new Utf8JsonWriter(buffer, Written))
            {
                writer.WriteStartObject();
                writer.WritePropertyName(Member);
                wanted.WriteTo(writer);
                writer.WriteEndObject();
            }

            if (buffer.WrittenCount > MaxWritten)
            {
                return false;
            }

            claims = Encoding.UTF8.GetString(buffer.WrittenSpan);
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON, too deep, a name twice, or half of a surrogate pair.
            return false;
        }
    }
}
