namespace WorkloadIdentity.Governance;

/// <summary>
/// A range of addresses. See <see href="https://learn.microsoft.com/graph/api/resources/iprange">ipRange</see>.
/// </summary>
public sealed class IpAddressRange
{
    /// <summary>The range in CIDR form; null for a range with two ends.</summary>
    public string? CidrAddress { get; init; }

    /// <summary>The first address; null for the CIDR form.</summary>
    public string? LowerAddress { get; init; }

    /// <summary>The last address; null for the CIDR form.</summary>
    public string? UpperAddress { get; init; }
}
