using System.Net;
using System.Net.Sockets;

namespace WorkloadIdentity;

/// <summary>
/// Hosts that are written as an IP address. An address means one machine. A name such as <c>localhost</c> means whatever resolves it says.
/// The one place that decides what a literal loopback address is.
/// </summary>
internal static class LiteralAddress
{
    /// <summary>The IP address that <paramref name="uri"/> has as its host; null when its host is a name.</summary>
    public static IPAddress? Of(Uri uri) =>
        uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(uri.IdnHost, out var address)
            ? address
            : null;

    public static bool IsLoopback(Uri uri) => Of(uri) is { } address && IPAddress.IsLoopback(address);

    /// <param name="host">The host of a URI, in its normal form.</param>
    public static bool IsLoopback(string host) => IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);

    /// <summary>Whether an IPv4 address begins with these two bytes, the second one under a mask.</summary>
    public static bool IsIn(IPAddress ip, byte first, byte second, byte mask)
    {
        Span<byte> bytes = stackalloc byte[4];
        return ip.AddressFamily == AddressFamily.InterNetwork && ip.TryWriteBytes(bytes, out _) && bytes[0] == first
            && (bytes[1] & mask) == second;
    }
}
