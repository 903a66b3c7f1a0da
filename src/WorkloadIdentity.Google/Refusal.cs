using System.Text.Json;

namespace WorkloadIdentity.Google;

/// <summary>
/// Why Google refused. The Security Token Service answers as OAuth does (RFC 6749 section 5.2), and IAM has an object <c>error</c> with a
/// status and a message.
/// </summary>
internal sealed record Refusal(string Code, string? Description)
{
    public static Refusal Unknown { get; } = new("no reason that can be read", null);

    public static Refusal Of(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("error", out var error))
        {
            return Unknown;
        }

        var (code, description) = error.ValueKind == JsonValueKind.Object
            ? (Text(error, "status"), Text(error, "message"))
            : (Text(body, "error"), Text(body, "error_description"));
        return code is null ? Unknown : new Refusal(code, description);
    }

    /// <summary>The code, and what Google says about it.</summary>
    public override string ToString() => Description is null ? Code : $"{Code}, \"{Description}\"";

    private static string? Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? TokenError.Quote(value.GetString()!)
            : null;
}
