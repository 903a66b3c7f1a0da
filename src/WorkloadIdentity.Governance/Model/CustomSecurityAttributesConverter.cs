using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Reads the attributes of a service principal: an object of sets, each an object of names. Annotations (<c>@odata.type</c>) are left out,
/// because Graph spells them differently for reading and for writing.
/// </summary>
internal sealed class CustomSecurityAttributesConverter : JsonConverter<CustomSecurityAttributes>
{
    public override CustomSecurityAttributes? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.ValueKind != JsonValueKind.Object ? null : new CustomSecurityAttributes(
            from set in document.RootElement.EnumerateObject()
            where set.Value.ValueKind == JsonValueKind.Object
            from attribute in set.Value.EnumerateObject()
            where !attribute.Name.Contains('@', StringComparison.Ordinal) && attribute.Value.ValueKind != JsonValueKind.Null
            select new KeyValuePair<string, IReadOnlyList<string>>(
                PooledText.Of($"{set.Name}_{attribute.Name}", options), Texts(attribute.Value, options)));
    }

    public override void Write(Utf8JsonWriter writer, CustomSecurityAttributes value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var set in value.All.GroupBy(pair => pair.Key[..Math.Max(0, pair.Key.IndexOf('_', StringComparison.Ordinal))]))
        {
            writer.WriteStartObject(set.Key);
            foreach (var (name, values) in set)
            {
                writer.WriteStartArray(name[(name.IndexOf('_', StringComparison.Ordinal) + 1)..]);
                foreach (var text in values)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static string[] Texts(JsonElement value, JsonSerializerOptions options) =>
        value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => Text(item, options))]
            : [Text(value, options)];

    private static string Text(JsonElement value, JsonSerializerOptions options) =>
        PooledText.Of(value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText(), options);
}
