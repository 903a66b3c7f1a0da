using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>Reads what a tool wrote: JSON objects among lines of other text, with or without colours.</summary>
internal static partial class ToolText
{
    private const int MaxDepth = 16;

    /// <summary>The text without the control sequences that colour it in a terminal.</summary>
    public static string WithoutColours(string text) => Colours().Replace(text, "");

    /// <summary>The JSON objects in <paramref name="text"/> that have their lines to themselves, and no member twice.</summary>
    public static IEnumerable<JsonElement> Objects(string text)
    {
        var rest = Encoding.UTF8.GetBytes(WithoutColours(text)).AsMemory();
        while (!rest.IsEmpty)
        {
            var length = ObjectLength(rest.Span);
            if (length > 0 && Parse(rest.Span[..length]) is { } json)
            {
                yield return json;
            }

            rest = rest[length..];
            var line = rest.Span.IndexOf((byte)'\n');
            rest = line < 0 ? default : rest[(line + 1)..];
        }
    }

    /// <summary>A member; null when it is absent or JSON's null.</summary>
    public static JsonElement? Member(this JsonElement element, string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
                && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair in a name is found when names are compared.
            return null;
        }
    }

    /// <summary>A member's text; null when it is absent, of another type, or no text that a string can hold.</summary>
    public static string? Text(this JsonElement element, string name)
    {
        try
        {
            return element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonElement.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>How long the object is that begins here; zero when none does, or when something else follows on its last line.</summary>
    private static int ObjectLength(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(
                text, isFinalBlock: true, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxDepth }));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return 0;
            }

            reader.Skip();
            var length = (int)reader.BytesConsumed;
            var line = text[length..].IndexOf((byte)'\n');
            return (line < 0 ? text[length..] : text.Slice(length, line)).Trim(" \t\r"u8).IsEmpty ? length : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    // The control sequences of a terminal (ECMA-48 section 5.4). az resets its colours behind the last line, whatever it was asked.
    [GeneratedRegex("\\e\\[[0-?]*[ -/]*[@-~]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();
}
