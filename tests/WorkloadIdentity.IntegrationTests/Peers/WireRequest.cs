using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>A request as it went out, taken apart so that two can be compared.</summary>
internal sealed record WireRequest(
    string Method, string Address, Dictionary<string, string> Query, Dictionary<string, string> Headers, Dictionary<string, string> Form)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether MSAL asks which hosts its authority goes by, which says nothing about a workload.</summary>
    public bool IsDiscovery => Address.Contains("/discovery/instance", StringComparison.Ordinal);

    public static async Task<WireRequest> FromAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var form = Parse(body);
        if (form.TryGetValue("client_assertion", out var assertion))
        {
            form["client_assertion"] = WithoutNonces(assertion);
        }

        return new WireRequest(
            request.Method.Method,
            request.RequestUri!.GetLeftPart(UriPartial.Path),
            Parse(request.RequestUri.Query.TrimStart('?')),
            request.Headers.NonValidated.Concat(request.Content?.Headers.NonValidated.AsEnumerable() ?? [])
                .Where(header => header.Key != "Content-Length") // Follows from the form.
                .ToDictionary(
                    header => header.Key,
                    header => header.Key is "client-request-id" or "x-ms-client-request-id" ? "(a new id)" : header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase),
            form);
    }

    /// <summary>How this one differs from a peer's, one line for each difference: <c>part name: ours | theirs</c>.</summary>
    public IEnumerable<string> DifferencesTo(WireRequest theirs)
    {
        if (Method != theirs.Method)
        {
            yield return $"method: {Method} | {theirs.Method}";
        }

        if (Address != theirs.Address)
        {
            yield return $"address: {Address} | {theirs.Address}";
        }

        foreach (var (part, ours, other) in new[] { ("query", Query, theirs.Query), ("header", Headers, theirs.Headers), ("form", Form,
            theirs.Form) })
        {
            foreach (var name in ours.Keys.Union(other.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
            {
                var (one, two) = (ours.GetValueOrDefault(name, "-"), other.GetValueOrDefault(name, "-"));
                if (one != two)
                {
                    yield return $"{part} {name.ToLowerInvariant()}: {one} | {two}";
                }
            }
        }
    }

    private static Dictionary<string, string> Parse(string text) => text.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(
            pair => WebUtility.UrlDecode(pair[0]),
            pair => WebUtility.UrlDecode(pair.ElementAtOrDefault(1) ?? ""),
            StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// A signed assertion as what it says, without what is new in each one. One that only travels through stays as it is.
    /// </summary>
    private static string WithoutNonces(string assertion)
    {
        if (assertion.Split('.') is not [var header, var payload, _] || Read(payload) is not { } claims || claims["jti"] is null)
        {
            return assertion;
        }

        var lifetime = Number(claims["exp"]) - Number(claims["nbf"]);
        foreach (var name in new[] { "jti", "nbf", "exp", "iat" })
        {
            claims.Remove(name);
        }

        return $"{Sorted(Read(header)!)}.{Sorted(claims)}, good for {lifetime} s";

        static JsonObject? Read(string part) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(part)) as JsonObject;
        static long Number(JsonNode? node) => long.Parse(node!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        static string Sorted(JsonObject json) =>
            string.Join(
                ',',
                json.OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => $"{member.Key}={(member.Value is JsonArray list ? list.ToJsonString(Relaxed) : member.Value)}"));
    }
}
