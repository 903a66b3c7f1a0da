namespace WorkloadIdentity;

/// <summary>Why a token was kept back, each with the line that would let it go where it should.</summary>
internal static class OriginRefusals
{
    public static TokenError NoAddress(string scope) => Refusal(
        "The request has no absolute address, so there is no saying whether a token may go there. Set RequestUri, or the client's BaseAddress.", scope);

    public static TokenError UserInfo(Origin origin, string scope) => Refusal(
        $"The address of the request to {origin} carries user information (text before '@'), which is how one host is made to look like another. Remove it.", scope);

    public static TokenError NotListed(Origin origin, string scope, string? client) => Refusal(
        $"A token for '{scope}' is not sent to {origin}: it is neither the host of the scope, nor the base address that the client's configuration set, nor listed. "
        + "(A base address that a typed client sets for itself cannot be seen.) If it should go there, write "
        + (origin.IsHttp && !origin.IsLiteralLoopback ? Line(nameof(AccessTokenHandlerOptions.PlainHttpOrigins), origin, scope, client) : Line(nameof(AccessTokenHandlerOptions.AllowedOrigins), origin, scope, client)),
        scope);

    public static TokenError UnknownScheme(Origin origin, string scope) => Refusal(
        $"The address {origin} has a scheme that no connection is made with. If service discovery should replace it, add that before AddAccessToken; otherwise use https.", scope);

    public static TokenError PlainHttp(Origin origin, Origin toList, string scope, string? client) => Refusal(
        $"A token for '{scope}' is not sent to {origin} over plain http, where anybody on the way could read it. Use https. "
        + $"If the network itself encrypts, as a service mesh does, write {Line(nameof(AccessTokenHandlerOptions.PlainHttpOrigins), toList, scope, client)}",
        scope);

    public static TokenError Proxied(Origin origin, string scope) => Refusal(
        $"A token for '{scope}' is not sent to {origin}: the process's proxy settings (HTTP_PROXY) would carry it to the proxy in plain text. "
        + $"Add the address to NO_PROXY: NO_PROXY={origin.Host}",
        scope);

    /// <summary>The exact line to add, as C#.</summary>
    private static string Line(string list, Origin origin, string scope, string? client)
    {
        var add = $"{list}.Add(new Uri(\"{origin}\"))";
        return client is null
            ? $"this on its AccessTokenHandlerOptions: options.{add};"
            : $"this where the client '{client}' is registered: .AddAccessToken(\"{scope.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\", o => o.{add});";
    }

    private static TokenError Refusal(string message, string scope) => new(TokenErrorKind.NotAllowed, message) { Scope = scope, HelpAnchor = HelpAnchors.OriginNotAllowed };
}
