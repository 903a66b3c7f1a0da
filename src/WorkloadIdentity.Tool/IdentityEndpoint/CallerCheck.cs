using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Decides whether a caller may ask for a token. Any page of a browser and any process of this machine can reach a port of loopback, so a
/// caller must know the secret, and a request that a browser or a proxy has sent is refused even with the secret.
/// </summary>
/// <param name="authority">Address and port of the endpoint, the only value of <c>Host</c> that is accepted.</param>
/// <param name="secret">The value of <c>X-IDENTITY-HEADER</c>.</param>
internal sealed class CallerCheck(string authority, string secret)
{
    public const string Path = "/msi/token";
    private const string SecretHeader = "X-IDENTITY-HEADER";

    // "Sec-" and "Access-Control-" are for browsers alone: no script can set or remove them. Node's fetch sends Sec-Fetch-Mode too.
    private static readonly IReadOnlyList<string> Prefixes = ["Sec-", "Access-Control-", "X-Forwarded", "X-Original-", "X-Proxy", "Proxy-"];

    private static readonly IReadOnlyList<string> Names =
    [
        "Origin", "Referer", "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP",
        "Client-IP", "X-Remote-IP", "X-Remote-Addr", "X-Host", "X-HTTP-Host-Override", "X-Rewrite-URL", "Max-Forwards",
    ];

    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Why the caller may not ask; null if it may.</summary>
    public EndpointRefusal? Refuse(HttpRequest request) =>
        request.Headers.Host is not { Count: 1 } host || host[0] != authority
            ? new(421, $"This endpoint answers to the host {authority} only.")
        : request.Headers.Keys.FirstOrDefault(IsOfBrowserOrProxy) is { } name
            ? new(403, $"This endpoint answers programs on this machine. {Sender(Known(name))}")
        : request.Method != HttpMethods.Get ? new(405, "This endpoint answers GET only.")
        : request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0 ? new(400, "A request to this endpoint has no body.")
        : !HoldsSecret(request)
            ? new(401, $"The header {SecretHeader} is missing, is there twice, or is not the value of IDENTITY_HEADER.")
        : request.Path.Value != Path ? new(404, $"This endpoint serves {Path} only.")
        : null;

    private static bool IsOfBrowserOrProxy(string name) =>
        Names.Contains(name, StringComparer.OrdinalIgnoreCase)
        || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>The caller chose the rest of the name, so only the known part is shown.</summary>
    private static string Known(string name) =>
        Names.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? $"{Prefixes.First(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))}…";

    /// <summary>Node's fetch follows the rules of browsers, and whoever uses it does not think of one.</summary>
    private static string Sender(string header) => header == "Sec-…"
        ? "The request has the header Sec-…, which browsers send, and Node's fetch. In Node use node:http or @azure/identity."
        : $"A browser or a proxy sent the header {header}.";

    /// <summary>The hashes have one length, so that the time of the comparison says nothing about the secret.</summary>
    private bool HoldsSecret(HttpRequest request) =>
        request.Headers[SecretHeader] is { Count: 1 } values
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(values[0] ?? "")), _hash);
}
