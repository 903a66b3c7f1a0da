using System.Net;

namespace WorkloadIdentity;

/// <summary>
/// Reads what a host left in environment variables: where to ask, and the secret to show. On a shared machine others may be able to set
/// them, so an address must be one a host would use. Messages name the variable, never its value.
/// </summary>
internal static class HostVariable
{
    /// <summary>Reads an address: absolute, without user info, query or fragment; plain http to this machine or its link only.</summary>
    /// <param name="environment">Where the variable is.</param>
    /// <param name="name">The variable.</param>
    /// <param name="alsoAllowed">Further addresses plain http may go to.</param>
    public static (Uri? Address, string? Problem) Address(
        WorkloadEnvironment environment, string name, Func<IPAddress, bool>? alsoAllowed = null) =>
        environment.Variable(name) is { } text ? Address(text, name, alsoAllowed) : (null, $"{name} is not set.");

    /// <summary>
    /// Reads an address that ends with the version of its protocol, <c>?api-version=1.0</c>, and that version. The same rules hold.
    /// </summary>
    public static (Uri? Address, string? Version, string? Problem) VersionedAddress(
        WorkloadEnvironment environment, string name, Func<IPAddress, bool> alsoAllowed)
    {
        var text = environment.Variable(name) ?? "";
        if (ContainerInstancesHost.Version().Match(text) is not { Success: true } version)
        {
            return (null, null, $"{name} does not end with a version, such as ?api-version=1.0.");
        }

        var (address, problem) = Address(text[..version.Index], name, alsoAllowed);
        return (address, version.Value, problem);
    }

    private static (Uri? Address, string? Problem) Address(string text, string name, Func<IPAddress, bool>? alsoAllowed)
    {
        var plainHttp = new PlainHttp(
            uri => IsLocal(uri, alsoAllowed),
            "Plain http is allowed only to this machine (a loopback address or localhost) or its link (169.254.0.0/16, fe80::/10).");
        var (address, problem) = SecretAddress.Read(text, AddressParts.Path, plainHttp);
        return (address, problem is null ? null : $"{name} {problem}");
    }

    /// <summary>Reads an address on this machine: a loopback address or localhost, whatever the scheme.</summary>
    public static (Uri? Address, string? Problem) Loopback(WorkloadEnvironment environment, string name)
    {
        var (address, problem) = Address(environment, name);
        return address is null ? (null, problem)
            : LiteralAddress.IsLoopback(address) || IsLocalhost(address)
            ? (address, null)
            : (null, $"{name} is not on this machine: it must be a loopback address, such as 127.0.0.1, or localhost.");
    }

    /// <summary>Reads a secret that is sent as a header.</summary>
    public static (string? Value, string? Problem) Header(WorkloadEnvironment environment, string name) => environment.Variable(name) switch
    {
        null => (null, $"{name} is not set."),
        { } value when !Guard.IsHeaderToken(value) =>
            (null,
                $"{name} holds a character that cannot stand in an HTTP header: a line break, a space, another control character or a "
                    + "non-ASCII letter."),
        { } value => (value, null),
    };

    private static bool IsLocalhost(Uri address) => string.Equals(address.IdnHost, "localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsLocal(Uri address, Func<IPAddress, bool>? alsoAllowed)
    {
        if (LiteralAddress.Of(address) is not { } ip)
        {
            return IsLocalhost(address);
        }

        if (ip.IsIPv4MappedToIPv6)
        {
            ip = ip.MapToIPv4();
        }

        return IPAddress.IsLoopback(ip) || ip.IsIPv6LinkLocal || LiteralAddress.IsIn(ip, 169, 254, 255) || alsoAllowed?.Invoke(ip) == true;
    }
}
