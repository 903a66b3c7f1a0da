using System.Buffers;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>The JSON of a request.</summary>
internal static class GraphBody
{
    /// <summary>The bytes of an object whose properties <paramref name="properties"/> writes.</summary>
    public static byte[] Of(Action<Utf8JsonWriter> properties)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
