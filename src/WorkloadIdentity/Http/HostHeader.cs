using System.Buffers;

namespace WorkloadIdentity;

/// <summary>
/// Checks the Host header of a message. The transport takes the name for TLS (SNI and certificate) from it, and proxies route by it. So a
/// Host header with another name than the address would send the token to that name.
/// </summary>
internal static class HostHeader
{
    private static readonly SearchValues<char> OutsideOfHost = SearchValues.Create("/\\?#@ \t\r\n");

    /// <summary>
    /// Why the message must not carry a token; null when it has no Host header, or one that names an origin the token may go to.
    /// </summary>
    /// <param name="message">The message. Its address was checked before.</param>
    /// <param name="origins">The rules of the client.</param>
    /// <param name="issued">The original URI, if an <see cref="OriginalUriHandler"/> noted it.</param>
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
                + "Remove it. The host of the address is sent automatically.",
                scope);
        }

        return named == address || origins.IsListed(named, scope) || IsAsIssued(host, origins, issued, scope)
            ? null
            : Refusal(
                $"The message to {address} has the Host header '{host}', which decides who receives it. "
                + $"The token for '{scope}' must not be sent there. Remove the header, or list the origin it names in "
                + $"{nameof(AccessTokenHandlerOptions.AllowedOrigins)}: {named}",
                scope);
    }

    /// <summary>
    /// Whether the Host header names the original URI. Service discovery replaces the service's name by an instance's address, and may keep
    /// the name as Host.
    /// </summary>
    private static bool IsAsIssued(string host, AllowedOrigins origins, OriginalUri? issued, string scope) =>
        issued is not null && ReferenceEquals(issued.Owner, origins)
        && Origin.TryRead(issued.Address, out var asIssued)
        && TryRead(asIssued.Scheme, host, out var named) && named == asIssued && origins.IsListed(asIssued, scope);

    /// <summary>Reads the origin that a Host header names. The header may hold only a host and a port.</summary>
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
