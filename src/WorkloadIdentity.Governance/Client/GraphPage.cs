using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>One page of a list.</summary>
internal sealed class GraphPage<T>
{
    /// <summary>The rows. One that is null says nothing, and is left out.</summary>
    public IReadOnlyList<T>? Value
    {
        get;
        init => field = value is null || value.All(row => row is not null) ? value : [.. value.Where(row => row is not null)];
    }

    [JsonPropertyName("@odata.nextLink")]
    public string? NextLink { get; init; }

    [JsonPropertyName("@odata.deltaLink")]
    public string? DeltaLink { get; init; }
}
