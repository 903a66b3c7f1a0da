using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// Scheme, host and port, to which a token may be sent (RFC 6454). The host is in the form that is resolved and connected to.
/// </summary>
/// <remarks>
/// <see cref="Uri.Host"/> keeps full-width letters and soft hyphens; <see cref="Uri.IdnHost"/> is what the connection uses.
/// A WebSocket opens with an HTTP request (RFC 6455 section 4), so <c>wss</c> counts as https and <c>ws</c> as http.
/// </remarks>
internal readonly record struct Origin(string Scheme, string Host, int Port)
{
    /// <summary>
    /// Reads the origin of an absolute address. Returns false for an address without a host, or with a host that is not a valid name.
    /// </summary>
    public static bool TryRead([NotNullWhen(true)] Uri? address, out Origin origin)
    {
        origin = default;
        if (address is not { IsAbsoluteUri: true })
        {
            return false;
        }

        try
        {
            origin = new Origin(HttpScheme(address.Scheme), address.IdnHost, address.Port);
        }
        catch (UriFormatException)
        {
            return false;
        }

        return origin.Host.Length > 0;
    }

    public bool IsHttps => Scheme == Uri.UriSchemeHttps;

    public bool IsHttp => Scheme == Uri.UriSchemeHttp;

    /// <summary>Whether the host is a literal loopback IP address. A name such as <c>localhost</c> can resolve to any address.</summary>
    public bool IsLiteralLoopback => LiteralAddress.IsLoopback(Host);

    /// <summary>
    /// Whether the host is usually meant as this machine: a name that should resolve to loopback (RFC 6761 section 6.3), or the address
    /// that a server shows if it listens on all addresses.
    /// </summary>
    public bool IsMeantForThisMachine
    {
        get
        {
            var name = Host.TrimEnd('.');
            return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(Host, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
        }
    }

    /// <summary>The same scheme and port at the loopback IP address.</summary>
    public Origin OnLoopback => this with { Host = $"{IPAddress.Loopback}" };

    public bool Equals(Origin other) =>
        Port == other.Port
        && string.Equals(Scheme, other.Scheme, StringComparison.Ordinal)
        && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(Scheme, StringComparer.OrdinalIgnoreCase.GetHashCode(Host), Port);

    /// <summary>The origin as it is written in code and configuration.</summary>
    public override string ToString()
    {
        var host = Host.Contains(':') ? $"[{Host}]" : Host;
        var isDefaultPort = Port < 0 || (IsHttps && Port == 443) || (IsHttp && Port == 80);
        return isDefaultPort ? $"{Scheme}://{host}" : $"{Scheme}://{host}:{Port}";
    }

    private static string HttpScheme(string scheme) =>
        scheme == Uri.UriSchemeWss ? Uri.UriSchemeHttps
        : scheme == Uri.UriSchemeWs ? Uri.UriSchemeHttp
        : scheme;
}
