using System.Net;
using System.Text.RegularExpressions;

namespace WorkloadIdentity;

/// <summary>Why a token was kept back, each with the line that would let it go where it should.</summary>
internal static class OriginRefusals
{
    private const string List = nameof(AccessTokenHandlerOptions.AllowedOrigins);
    private const string MeshList = nameof(AccessTokenHandlerOptions.PlainHttpOrigins);

    public static TokenError NoAddress(string scope) => Refusal(
        "The request has no absolute address, so there is no saying whether a token may go there. Set RequestUri, or the client's "
            + "BaseAddress.", scope);

    public static TokenError UserInfo(Origin origin, string scope) => Refusal(
        $"The address of the request to {origin} carries user information (text before '@'), which is how one host is made to look like "
            + "another. Remove it.", scope);

    public static TokenError NotListed(Origin origin, string scope, string? client, bool hasForgotten) => Refusal(
        $"A token for '{scope}' is not sent to {origin}: it is neither the host of the scope, nor "
        + (hasForgotten ? $"one of the last {KnownBaseAddresses.MinKnown} base addresses" : "the base address")
        + " that the client's configuration set, nor listed. (A base address that a typed client sets for itself cannot be seen.) "
        + (origin.IsHttp && origin.IsMeantForThisMachine ? ThisMachine(origin, scope, client)
            : "If it should go there, write " + Line(origin.IsHttp && !origin.IsLiteralLoopback ? MeshList : List, origin, scope, client)),
        scope);

    public static TokenError UnknownScheme(Origin origin, string scope) => Refusal(
        $"The address {origin} has a scheme that no connection is made with. If service discovery should replace it, add that before "
        + "AddAccessToken; otherwise use https.",
        scope);

    /// <param name="origin">Where the token would go.</param>
    /// <param name="named">What the application called it: the same, or the address before service discovery.</param>
    /// <param name="scope">What the token is for.</param>
    /// <param name="client">The name of the client.</param>
    public static TokenError PlainHttp(Origin origin, Origin named, string scope, string? client) => Refusal(
        $"A token for '{scope}' is not sent to {origin} over plain http"
        + (origin.IsMeantForThisMachine
            ? ": this is not a loopback IP address, and may lead to another machine. " + ThisMachine(origin, scope, client)
            : ", where anybody on the way could read it. Use https. If the network itself encrypts, as a service mesh does, write "

                // The list of plain http takes no https address.
                + Line(MeshList, named.IsHttps ? origin : named, scope, client)),
        scope);

    /// <param name="origin">Where the token would go.</param>
    /// <param name="address">The same as the proxy is asked about it.</param>
    /// <param name="proxy">What would receive the request.</param>
    /// <param name="scope">What the token is for.</param>
    public static TokenError Proxied(Origin origin, Uri address, IWebProxy proxy, string scope) => Refusal(
        $"A token for '{scope}' is not sent to {origin} over plain http: a proxy would receive the request, and could read the token. "
        + Exemption(address.Host, proxy)
        + " Or connect without a proxy: set UseProxy = false on the client's primary handler.",
        scope);

    private static string Exemption(string host, IWebProxy proxy) =>
        proxy is WebProxy ? $"Exempt the host from the proxy: proxy.BypassArrayList.Add(@\"://{Regex.Escape(host)}(:\\d+)?$\");"
        : ReferenceEquals(proxy, HttpClient.DefaultProxy)
            ? $"HTTP_PROXY, ALL_PROXY or the system names the proxy. Exempt the host from it: NO_PROXY={host} "
                + "(keep what NO_PROXY lists already, separated by commas; where no_proxy is set, it is read instead)."
        : "Exempt the host in the proxy's IsBypassed.";

    /// <summary>For somebody who develops: a name can be made to lead to another machine, a loopback IP address cannot.</summary>
    private static string ThisMachine(Origin origin, string scope, string? client) =>
        $"For local development, use {origin.OnLoopback} or https. If that is not the client's base address, list it too: write "
        + $"{Line(List, origin.OnLoopback, scope, client)} To keep {origin}, on a machine where nobody else decides where it leads, write "
        + $"{Line(MeshList, origin, scope, client)}";

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
