using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Developer;

/// <summary>Reads what a tool wrote: JSON objects among lines of other text, with or without colours.</summary>
internal static partial class ToolText
{
    /// <summary>The text without the control sequences that colour it in a terminal.</summary>
    public static string WithoutColours(string text) => Colours().Replace(text, "");

    /// <summary>The JSON objects in <paramref name="text"/> that share their lines with nothing else.</summary>
    public static IEnumerable<ToolJson> Objects(string text)
    {
        var rest = Encoding.UTF8.GetBytes(WithoutColours(text)).AsMemory();
        while (!rest.IsEmpty)
        {
            var length = ObjectLength(rest.Span);
            if (length > 0 && ToolJson.Read(rest.Span[..length]) is { } json)
            {
                yield return json;
            }

            rest = rest[length..];
            var line = rest.Span.IndexOf((byte)'\n');
            rest = line < 0 ? default : rest[(line + 1)..];
        }
    }

    /// <summary>
    /// The length of the object that begins here; zero if no object begins here, or if something else follows on its last line.
    /// </summary>
    private static int ObjectLength(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
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

    // The control sequences of a terminal (ECMA-48 section 5.4). az resets its colours after the last line, whatever its output format.
    [GeneratedRegex("\\e\\[[0-?]*[ -/]*[@-~]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();
}
