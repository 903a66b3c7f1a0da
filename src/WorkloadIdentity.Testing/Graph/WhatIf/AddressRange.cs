using System.Net;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The address ranges of a named location.</summary>
internal static class AddressRange
{
    public static bool Contains(JsonObject range, IPAddress address)
    {
        if ((string?)range["cidrAddress"] is { } network)
        {
            // Graph keeps the bits beyond the prefix; IPNetwork refuses them.
            var slash = network.IndexOf('/', StringComparison.Ordinal);
            var length = slash < 0 ? -1 : int.Parse(network[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            return IPAddress.TryParse(slash < 0 ? network : network[..slash], out var start) && SharesBits(start, address, length);
        }

        return IPAddress.TryParse((string?)range["lowerAddress"], out var lower)
            && IPAddress.TryParse((string?)range["upperAddress"], out var upper)
            && lower.AddressFamily == address.AddressFamily
            && Compare(lower, address) <= 0
            && Compare(address, upper) <= 0;
    }

    private static bool SharesBits(IPAddress start, IPAddress address, int length)
    {
        var (left, right) = (start.GetAddressBytes(), address.GetAddressBytes());
        var bits = length < 0 ? left.Length * 8 : length;
        return left.Length == right.Length && Enumerable.Range(0, bits)
            .All(bit => (((left[bit / 8] ^ right[bit / 8]) >> (7 - (bit % 8))) & 1) == 0);
    }

    private static int Compare(IPAddress left, IPAddress right) =>
        left.GetAddressBytes().AsSpan().SequenceCompareTo(right.GetAddressBytes());
}
