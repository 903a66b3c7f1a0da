using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>One page of a list.</summary>
internal sealed class GraphPage<T>
{
    public IReadOnlyList<T>? Value { get; init; }

    [JsonPropertyName("@odata.nextLink")]
    public string? NextLink { get; init; }

    [JsonPropertyName("@odata.deltaLink")]
    public string? DeltaLink { get; init; }
}
