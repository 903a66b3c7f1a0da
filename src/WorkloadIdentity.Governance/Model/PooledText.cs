using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Reads the texts of Graph. Most repeat (ids of resources, types, scopes), so a short text that was read lately is the same object again.
/// A number or a boolean where a text belongs is read as text.
/// </summary>
/// <remarks>Safe for concurrent use: a place of the table is one reference, and a lost update costs one more object.</remarks>
internal sealed class PooledText : JsonConverter<string>
{
    private const int MaxBytes = 64;
    private readonly string?[] _recent = new string?[1 << 14];

    public static string Read(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        options.Converters is [PooledText pool, ..] ? pool.Read(ref reader) : reader.GetString() ?? "";

    /// <summary>A text that was composed of what was read.</summary>
    public static string Of(string text, JsonSerializerOptions options) =>
        text.Length <= MaxBytes && options.Converters is [PooledText pool, ..] ? pool.Get(text) : text;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() ?? "";

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value);

    private string Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False)
        {
            return Encoding.UTF8.GetString(reader.HasValueSequence ? Joined(ref reader) : reader.ValueSpan);
        }

        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped
            || reader.ValueSpan.Length > MaxBytes)
        {
            return reader.GetString() ?? "";
        }

        return Get(reader.ValueSpan);
    }

    private string Get(ReadOnlySpan<byte> utf8)
    {
        Span<char> buffer = stackalloc char[MaxBytes];
        if (!Encoding.UTF8.TryGetChars(utf8, buffer, out var length))
        {
            return Encoding.UTF8.GetString(utf8);
        }

        return Get(buffer[..length]);
    }

    private string Get(ReadOnlySpan<char> text)
    {
        ref var place = ref _recent[string.GetHashCode(text) & (_recent.Length - 1)];
        var held = place;
        return held is not null && text.SequenceEqual(held) ? held : place = text.ToString();
    }

    private static byte[] Joined(ref Utf8JsonReader reader)
    {
        var bytes = new byte[reader.ValueSequence.Length];
        var at = 0;
        foreach (var part in reader.ValueSequence)
        {
            part.Span.CopyTo(bytes.AsSpan(at));
            at += part.Length;
        }

        return bytes;
    }
}
