using System.Net;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>The errors for a token that must not be sent to an address. Each includes the line of code that would allow it.</summary>
internal static class OriginRefusals
{
    private const string List = nameof(AccessTokenHandlerOptions.AllowedOrigins);
    private const string MeshList = nameof(AccessTokenHandlerOptions.PlainHttpOrigins);

    public static TokenError NoAddress(string scope) => Refusal(
        "The request has no absolute address, so its origin cannot be checked. Set RequestUri, or the client's "
            + "BaseAddress.", scope);

    public static TokenError UserInfo(Origin origin, string scope) => Refusal(
        $"The address of the request to {origin} contains user information (text before '@'), which can disguise one host as "
            + "another. Remove it.", scope);

    public static TokenError NotListed(Origin origin, string scope, string? client, bool hasForgotten) => Refusal(
        $"A token for '{scope}' is not sent to {origin}. The origin is neither the host of the scope, nor "
        + (hasForgotten ? $"one of the last {KnownBaseAddresses.MinKnown} base addresses" : "the base address")
        + " that the client's configuration set, nor listed. (A base address that a typed client sets itself is not known here.) "
        + (origin.IsHttp && origin.IsMeantForThisMachine ? ThisMachine(origin, scope, client)
            : "To send it there, write " + Line(origin.IsHttp && !origin.IsLiteralLoopback ? MeshList : List, origin, scope, client)),
        scope);

    public static TokenError UnknownScheme(Origin origin, string scope) => Refusal(
        $"The address {origin} has a scheme that is not http or https. If service discovery replaces it, add service discovery before "
        + "AddAccessToken. Otherwise use https.",
        scope);

    /// <param name="origin">The origin that would get the token.</param>
    /// <param name="named">The origin as the application wrote it: the same, or the address before service discovery.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="client">The name of the client.</param>
    public static TokenError PlainHttp(Origin origin, Origin named, string scope, string? client) => Refusal(
        $"A token for '{scope}' is not sent to {origin} over plain http"
        + (origin.IsMeantForThisMachine
            ? ". The host is not a loopback IP address and may resolve to another machine. " + ThisMachine(origin, scope, client)
            : ". Anybody on the network path could read it. Use https. If the network itself encrypts, as a service mesh does, write "

                // PlainHttpOrigins accepts no https address.
                + Line(MeshList, named.IsHttps ? origin : named, scope, client)),
        scope);

    /// <param name="origin">The origin that would get the token.</param>
    /// <param name="address">The address as the proxy is asked about it.</param>
    /// <param name="proxy">The proxy that would get the request.</param>
    /// <param name="scope">What the token is for.</param>
    public static TokenError Proxied(Origin origin, Uri address, IWebProxy proxy, string scope) => Refusal(
        $"A token for '{scope}' is not sent to {origin} over plain http through a proxy, which could read the token. "
        + Exemption(address.Host, proxy)
        + " Or connect without a proxy. Set UseProxy = false on the client's primary handler.",
        scope);

    private static string Exemption(string host, IWebProxy proxy) =>
        proxy is WebProxy ? $"Exempt the host from the proxy: proxy.BypassArrayList.Add(@\"://{Regex.Escape(host)}(:\\d+)?$\");"
        : ReferenceEquals(proxy, HttpClient.DefaultProxy)
            ? $"HTTP_PROXY, ALL_PROXY or the system names the proxy. Exempt the host from it: NO_PROXY={host} "
                + "(keep what NO_PROXY lists already, separated by commas; if no_proxy is set, it is read instead)."
        : "Exempt the host in the proxy's IsBypassed method.";

    /// <summary>The advice for local development. A name can resolve to another machine; a loopback IP address cannot.</summary>
    private static string ThisMachine(Origin origin, string scope, string? client) =>
        $"For local development, use {origin.OnLoopback} or https. If that is not the client's base address, list it too: write "
        + $"{Line(List, origin.OnLoopback, scope, client)} To keep {origin}, on a machine where nobody else controls what it resolves "
        + $"to, write {Line(MeshList, origin, scope, client)}";

    /// <summary>The exact line to add, as C#.</summary>
    private static string Line(string list, Origin origin, string scope, string? client)
    {
        var add = $"{list}.Add(new Uri(\"{origin}\"))";
        var quoted = scope.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return client is null
            ? $"this on its AccessTokenHandlerOptions: options.{add};"
            : $"this where the client '{client}' is registered: .AddAccessToken(\"{quoted}\", o => o.{add});";
    }

    private static TokenError Refusal(string message, string scope) =>
        new(TokenErrorKind.NotAllowed, message) { Scope = scope, HelpAnchor = HelpAnchors.OriginNotAllowed };
}
