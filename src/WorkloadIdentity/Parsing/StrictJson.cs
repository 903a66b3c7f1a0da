using System.Text.Json;

namespace WorkloadIdentity;

/// <summary>
/// Reads JSON of other programs, such as Entra and managed identity hosts: one object, at most 16 levels deep, without duplicate names.
/// Anything else is not read. The one place that sets these bounds.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 16;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The object in <paramref name="body"/>; null when there is none.</summary>
    public static JsonDocument? Parse(byte[] body) =>
        Read(body.AsSpan().StartsWith("\uFEFF"u8) ? body.AsMemory(3) : body, static json => JsonDocument.Parse(json, Strict));

    /// <summary>The object in <paramref name="text"/>; null when there is none.</summary>
    public static JsonDocument? Parse(string text) => Read(text, static json => JsonDocument.Parse(json, Strict));

    private static JsonDocument? Read<T>(T json, Func<T, JsonDocument> parse)
    {
        try
        {
            var document = parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // The latter two: text that is not UTF-8, or half of a surrogate pair.
            return null;
        }
    }

    public static bool IsObject(byte[] body)
    {
        using var document = Parse(body);
        return document is not null;
    }

    /// <summary>A member; null if it is absent or JSON's null, or if a name in the object is not valid text.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
                && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a name is found when names are compared, not when the document is read.
            return null;
        }
    }

    /// <summary>A member's text; null when it is absent, of another type, or not text a string can hold.</summary>
    public static string? Text(this JsonElement element, string name) => element.Member(name) is { } value ? Text(value) : null;

    /// <summary>The text of <paramref name="value"/>; null when it is of another type, or not text a string can hold.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
