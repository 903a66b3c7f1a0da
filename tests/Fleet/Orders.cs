using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fleet;

/// <summary>What a member of the fleet is told, in one line on its input.</summary>
internal sealed record Orders(
    Uri AuthorityHost,
    string TenantId,
    string ClientId,
    string Secret,
    int? RedisPort,
    string Key,
    bool Lease,
    bool Together,
    string Scope = "")
{
    public const string WarmScope = "api://warm/.default";

    public string Write() => JsonSerializer.Serialize(this, OrdersJson.Default.Orders);

    public static Orders Read(string line) => JsonSerializer.Deserialize(line, OrdersJson.Default.Orders)!;
}

[JsonSerializable(typeof(Orders))]
internal sealed partial class OrdersJson : JsonSerializerContext;
