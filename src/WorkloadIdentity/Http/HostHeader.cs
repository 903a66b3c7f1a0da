using System.Buffers;

namespace WorkloadIdentity;

/// <summary>
/// The Host header of a message. The transport takes the name for TLS (SNI and certificate) from it, and proxies route by it, so one that
/// is not the address's own sends the token to whoever it names.
/// </summary>
internal static class HostHeader
{
    private static readonly SearchValues<char> OutsideOfHost = SearchValues.Create("/\\?#@ \t\r\n");

    /// <summary>
    /// Why the message must not carry a token; null when it has no Host header, or one that names an origin the token may go to.
    /// </summary>
    /// <param name="message">Its address has been judged.</param>
    /// <param name="origins">The rules of the client.</param>
    /// <param name="issued">Where the application addressed it, when a gate saw that.</param>
    /// <param name="scope">What the token is for.</param>
    public static TokenError? Refuse(HttpRequestMessage message, AllowedOrigins origins, OriginalUri? issued, string scope)
    {
        if (!message.Headers.NonValidated.TryGetValues("Host", out var values) || !Origin.TryRead(message.RequestUri, out var address))
        {
            return null;
        }

        var host = values.ToString();
        if (values.Count != 1 || !TryRead(address.Scheme, host, out var named))
        {
            return Refusal(
                "The message has a Host header that is not one host name with an optional port. "
                + "Remove it: the host of the address is sent by itself.",
                scope);
        }

        return named == address || origins.IsListed(named, scope) || IsAsIssued(host, origins, issued, scope)
            ? null
            : Refusal(
                $"The message to {address} has the Host header '{host}', which decides who receives it: "
                + $"a token for '{scope}' is not sent there. Remove the header, or list the origin it names in "
                + $"{nameof(AccessTokenHandlerOptions.AllowedOrigins)}: {named}",
                scope);
    }

    /// <summary>Service discovery puts an instance's address in place of the service's name, and may keep the name as Host.</summary>
    private static bool IsAsIssued(string host, AllowedOrigins origins, OriginalUri? issued, string scope) =>
        issued is not null && ReferenceEquals(issued.Owner, origins)
        && Origin.TryRead(issued.Address, out var asIssued)
        && TryRead(asIssued.Scheme, host, out var named) && named == asIssued && origins.IsListed(asIssued, scope);

    /// <summary>The origin that a Host header names. It holds a host and a port and nothing else, so nothing else can hide in it.</summary>
    private static bool TryRead(string scheme, string host, out Origin origin)
    {
        origin = default;
        return !host.AsSpan().ContainsAny(OutsideOfHost)
            && Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var uri)
            && Origin.TryRead(uri, out origin);
    }

    private static TokenError Refusal(string message, string scope) =>
        new(TokenErrorKind.NotAllowed, message) { Scope = scope, HelpAnchor = HelpAnchors.OriginNotAllowed };
}
