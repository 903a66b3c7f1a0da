using System.Net;

namespace WorkloadIdentity.Testing;

/// <summary>Where an emulator listens, and under which names it may be called.</summary>
internal sealed class EmulatorAddress
{
    /// <summary>
    /// Endings of names that no public resolver hands out (RFC 6761, RFC 6762, RFC 8375, RFC 9476), or that a cluster keeps to itself.
    /// </summary>
    private static readonly IReadOnlyList<string> PrivateEndings =
        [".localhost", ".invalid", ".test", ".example", ".local", ".internal", ".home.arpa"];

    public EmulatorAddress(EntraEmulatorOptions options)
    {
        Listen = options.Address;
        IsLoopback = IPAddress.IsLoopback(Listen);
        var isAny = Listen.Equals(IPAddress.Any) || Listen.Equals(IPAddress.IPv6Any);
        if (options.HostName is { } name)
        {
            Name = Require(name);
        }
        else
        {
            Name = !isAny ? Bracketed(Listen) : throw new ArgumentException(
                $"An emulator that listens on every address ({Listen}) must be told under which name its callers reach it: set "
                    + $"{nameof(EntraEmulatorOptions.HostName)}, for instance to the container's name.",
                nameof(options));
        }
    }

    public IPAddress Listen { get; }

    /// <summary>The host of every address the emulator states.</summary>
    public string Name { get; }

    public bool IsLoopback { get; }

    /// <summary>The address itself as a host, whatever name it goes by.</summary>
    public string Literal => Bracketed(Listen);

    /// <summary>
    /// Whether a request's Host header means this emulator. A page in a browser that reaches it under a name of its own (DNS rebinding)
    /// does not. An address is no name that could be rebound; it is taken where callers come from elsewhere and may have been sent through
    /// a mapped one.
    /// </summary>
    public bool Means(string host) =>
        host is "127.0.0.1" or "localhost" or "[::1]"
        || host.Equals(Name, StringComparison.OrdinalIgnoreCase)
        || (!IsLoopback && IPAddress.TryParse(host, out _));

    /// <summary>
    /// A name under which the internet could find somebody else is refused: the tokens' issuer would be an address of theirs.
    /// </summary>
    private static string Require(string name)
    {
        if (IPAddress.TryParse(name, out var address))
        {
            return Bracketed(address);
        }

        return Uri.CheckHostName(name) == UriHostNameType.Dns
            && (!name.Contains('.', StringComparison.Ordinal)
                || PrivateEndings.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
            ? name.ToLowerInvariant()
            : throw new ArgumentException(
                $"'{name}' cannot be an emulator's {nameof(EntraEmulatorOptions.HostName)}: use an IP address, a name without dots such "
                    + $"as that of a container, or one that ends in {string.Join(", ", PrivateEndings)}. "
                + "Names the internet knows are refused, because the emulator's tokens name it as their issuer.",
                nameof(name));
    }

    private static string Bracketed(IPAddress address) =>
        address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
