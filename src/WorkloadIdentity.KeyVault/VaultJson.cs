using System.Text.Json.Serialization;

namespace WorkloadIdentity.KeyVault;

/// <summary>
/// Reads a vault's JSON without reflection: at most 16 levels deep, and no name twice.
/// </summary>
[JsonSourceGenerationOptions(AllowDuplicateProperties = false, MaxDepth = 16)]
[JsonSerializable(typeof(VaultAnswer))]
[JsonSerializable(typeof(VaultAnswer[]))]
internal sealed partial class VaultJson : JsonSerializerContext;
