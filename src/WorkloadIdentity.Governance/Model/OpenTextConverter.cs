using System.Text.Json;
using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>Reads and writes a type that stands for one text. JSON null is the default value.</summary>
internal sealed class OpenTextConverter<T> : JsonConverter<T>
    where T : struct, IOpenText<T>
{
    public override bool HandleNull => true;

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : T.Of(PooledText.Read(ref reader, options));

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
