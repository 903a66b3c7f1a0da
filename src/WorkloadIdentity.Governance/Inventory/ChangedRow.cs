using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Puts a row of changes over what is known of the object. Graph sends at least the properties that changed. One that is not sent keeps its
/// value; one that is sent as null loses it.
/// </summary>
internal static class ChangedRow
{
    public static T Merge<T>(T? known, JsonElement changed, JsonTypeInfo<T> type)
        where T : class
    {
        if (known is null)
        {
            return changed.Deserialize(type)!;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var property in JsonSerializer.SerializeToElement(known, type).EnumerateObject())
            {
                if (!changed.TryGetProperty(property.Name, out _))
                {
                    property.WriteTo(writer);
                }
            }

            foreach (var property in changed.EnumerateObject())
            {
                property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonSerializer.Deserialize(buffer.WrittenSpan, type)!;
    }
}
