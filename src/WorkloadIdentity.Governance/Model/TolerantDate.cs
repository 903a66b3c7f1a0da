using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Reads the dates of Graph. Some have an offset with one digit (<c>-8:00</c>), which is not ISO 8601, and some cannot be read at all.
/// Those become null and are counted, so that the section can say so.
/// </summary>
internal sealed class TolerantDate : JsonConverter<DateTimeOffset?>
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal;

    /// <summary>How many dates could not be read.</summary>
    public int Unreadable { get; private set; }

    /// <summary>The first date that could not be read, shortened.</summary>
    public string? Example { get; private set; }

    public override bool HandleNull => true;

    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.TryGetDateTimeOffset(out var exact))
            {
                // Without an offset, the reader takes the time for one of this machine.
                return reader.TryGetDateTime(out var plain) && plain.Kind == DateTimeKind.Unspecified
                    ? new DateTimeOffset(plain, TimeSpan.Zero)
                    : exact;
            }

            var text = reader.GetString()!;
            if (text.Length == 0)
            {
                return null;
            }

            if (TryRead(text, out var date))
            {
                return date;
            }

            Note(text);
            return null;
        }

        reader.Skip();
        Note("a value that is no text");
        return null;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } date)
        {
            writer.WriteStringValue(date);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    internal static bool TryRead(string text, out DateTimeOffset date)
    {
        // "2021-04-01T00:00:00-8:00": the hour of the offset has one digit in the samples of the sign-in reports (2025-03).
        if (text.Length > 6 && text[^3] == ':' && text[^5] is '+' or '-' && text.Contains('T', StringComparison.Ordinal))
        {
            text = $"{text[..^4]}0{text[^4..]}";
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out date);
    }

    private void Note(string text)
    {
        Unreadable++;
        Example ??= text.Length <= 40 ? text : text[..40];
    }
}
