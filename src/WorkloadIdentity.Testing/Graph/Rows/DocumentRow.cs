using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>An object that is small enough to be held as its JSON.</summary>
internal sealed class DocumentRow(JsonObject json) : GraphRow
{
    public JsonObject Json => json;

    public override string Id { get; } = (string)json["id"]!;
}
