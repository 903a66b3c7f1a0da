using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>The answer to several requests that were sent as one. Its items are in any order.</summary>
internal sealed class GraphBatchBody
{
    public IReadOnlyList<Item>? Responses { get; init; }

    internal sealed class Item
    {
        public string? Id { get; init; }

        public int Status { get; init; }

        public IReadOnlyDictionary<string, string>? Headers { get; init; }

        public JsonElement Body { get; init; }
    }
}
