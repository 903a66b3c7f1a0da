using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Spiffe;

/// <summary>
/// The address of an agent, in one of the two forms of the standard: <c>unix:///absolute/path</c> and <c>tcp://IP:port</c>
/// (<see href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE_Workload_Endpoint.md#4-locating-the-endpoint">SPIFFE Workload
/// Endpoint, section 4</see>). <see cref="Uri"/> does not parse it, because it corrects what must be refused.
/// </summary>
internal sealed partial record SpiffeEndpoint(string Address, EndPoint Socket)
{
    public const string Variable = "SPIFFE_ENDPOINT_SOCKET";

    private const string Expected = "Expected unix:///absolute/path or tcp://IP:port.";

    /// <summary>Reads an address. The problem is the end of a sentence, and does not quote the address.</summary>
    public static (SpiffeEndpoint? Endpoint, string? Problem) Parse(string text)
    {
        if (text.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
        {
            return Wrong("has a control character or white space.");
        }

        var parts = Components().Match(text);
        var scheme = parts.Groups["scheme"].Value.ToLowerInvariant();
        return scheme is not ("unix" or "tcp") ? Wrong("has neither the scheme unix nor the scheme tcp.")
            : parts.Groups["query"].Success ? Wrong("has a query, which the standard does not allow.")
            : parts.Groups["fragment"].Success ? Wrong("has a fragment, which the standard does not allow.")
            : parts.Groups["authority"].Value.Contains('@', StringComparison.Ordinal)
                ? Wrong("has user info, which the standard does not allow.")
            : scheme == "unix" ? Unix(text, parts.Groups["authority"].Value, parts.Groups["path"].Value)
            : Tcp(text, parts.Groups["authority"].Value, parts.Groups["path"].Value);
    }

    /// <summary>The address as it was written.</summary>
    public override string ToString() => Address;

    private static (SpiffeEndpoint?, string?) Unix(string text, string authority, string path)
    {
        if (authority.Length > 0)
        {
            return Wrong("names a host. The path of a Unix socket follows three slashes.");
        }

        if (!path.StartsWith('/') || path.EndsWith('/'))
        {
            return Wrong("does not have the absolute path of a socket.");
        }

        if (BadEscape().IsMatch(path) || Uri.UnescapeDataString(path) is var file && file.Any(char.IsControl))
        {
            return Wrong("has a percent sign that does not encode a character of a path.");
        }

        try
        {
            return (new SpiffeEndpoint(text, new UnixDomainSocketEndPoint(file)), null);
        }
        catch (ArgumentOutOfRangeException)
        {
            return (null, "has a longer path than this system allows for a socket (about 100 bytes). Use a shorter path.");
        }
    }

    private static (SpiffeEndpoint?, string?) Tcp(string text, string authority, string path)
    {
        if (path.Length > 0)
        {
            return Wrong("has a path, which the standard does not allow with tcp.");
        }

        var parts = HostAndPort().Match(authority);
        return !parts.Success || !IPAddress.TryParse(parts.Groups["ip"].Value, out var ip) || !IsCanonical(ip, parts.Groups["ip"].Value)
            ? Wrong("does not have a literal IP address and a port.")
            : !int.TryParse(parts.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                || port is < 1 or > IPEndPoint.MaxPort
            ? Wrong("does not have a port from 1 to 65535.")
            : (new SpiffeEndpoint(text, new IPEndPoint(ip, port)), null);
    }

    /// <summary>Whether an IPv4 address has its four numbers: .NET also reads <c>127.1</c> and <c>0x7f000001</c>.</summary>
    private static bool IsCanonical(IPAddress ip, string written) =>
        ip.AddressFamily == AddressFamily.InterNetworkV6 || ip.ToString() == written;

    private static (SpiffeEndpoint? Endpoint, string? Problem) Wrong(string problem) => (null, $"{problem} {Expected}");

    // RFC 3986, appendix B.
    [GeneratedRegex(
        @"\A((?<scheme>[^:/?#]+):)?(//(?<authority>[^/?#]*))?(?<path>[^?#]*)(\?(?<query>[^#]*))?(#(?<fragment>.*))?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Components();

    [GeneratedRegex(@"\A(\[(?<ip>[0-9A-Fa-f:.]+)\]|(?<ip>[0-9.]+)):(?<port>[0-9]{1,5})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HostAndPort();

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex BadEscape();
}
