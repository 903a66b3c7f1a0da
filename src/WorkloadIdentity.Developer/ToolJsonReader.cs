using System.Text.Json.Serialization;

namespace WorkloadIdentity.Developer;

/// <summary>Reads a tool's JSON without reflection. An object that has a name twice is not read.</summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ToolJson))]
internal sealed partial class ToolJsonReader : JsonSerializerContext;
