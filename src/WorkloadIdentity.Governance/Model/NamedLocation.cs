using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Addresses or countries that policies name. See
/// <see href="https://learn.microsoft.com/graph/api/resources/namedlocation">namedLocation</see>.
/// </summary>
public sealed class NamedLocation
{
    /// <summary><c>#microsoft.graph.ipNamedLocation</c> or <c>#microsoft.graph.countryNamedLocation</c>.</summary>
    [JsonPropertyName("@odata.type")]
    public string? ODataType { get; init; }

    /// <summary>The id.</summary>
    public string? Id { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether its addresses are trusted.</summary>
    public bool? IsTrusted { get; init; }

    /// <summary>The ranges of addresses.</summary>
    public IReadOnlyList<IpAddressRange>? IpRanges { get; init; }

    /// <summary>The countries, by ISO 3166 code.</summary>
    public IReadOnlyList<string>? CountriesAndRegions { get; init; }
}
