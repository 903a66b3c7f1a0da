using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

/// <summary>A list that Graph offers: its address, how a page is parsed, and which limits apply.</summary>
/// <param name="Path">The address from the version on, such as <c>v1.0/applications?$top=999</c>, or an absolute link to a page.</param>
/// <param name="Page">How a page is parsed.</param>
internal sealed record GraphRead<T>(string Path, Func<GraphJson, JsonTypeInfo<GraphPage<T>>> Page)
{
    public LimitGroup Group { get; init; }

    /// <summary>The resource units that a request costs (Graph's throttling limits, 2026-08).</summary>
    public int Units { get; init; } = 1;

    /// <summary>Whether it selects <c>keyCredentials</c>, which has a limit of its own.</summary>
    public bool ReadsKeys { get; init; }

    /// <summary>Whether it is an advanced query, which needs a header.</summary>
    public bool IsAdvanced { get; init; }

    /// <summary>Parses the answer if that is one object and no list.</summary>
    public Func<GraphJson, JsonTypeInfo<T>>? Single { get; init; }

    public GraphRead<T> At(string? link) => link is null ? this : this with { Path = link };
}
