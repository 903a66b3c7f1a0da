using System.Text.Json;

namespace WorkloadIdentity.Testing;

/// <summary>One call in a batch.</summary>
internal sealed class GraphBatchItem
{
    private GraphBatchItem()
    {
    }

    public required string Id { get; init; }

    public required string Method { get; init; }

    /// <summary>The path below the version, without its query.</summary>
    public required string Path { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required IReadOnlyList<string> DependsOn { get; init; }

    public JsonElement Body { get; private init; }

    public static GraphBatchItem Read(JsonElement json)
    {
        var url = Text(json, "url");
        var mark = url.IndexOf('?', StringComparison.Ordinal);
        var item = new GraphBatchItem
        {
            Id = Text(json, "id"),
            Method = Text(json, "method").ToUpperInvariant(),
            Path = mark < 0 ? url : url[..mark],
            Parameters = mark < 0 ? new Dictionary<string, string>() : ParametersOf(url[(mark + 1)..]),
            Headers = json.TryGetProperty("headers", out var headers) && headers.ValueKind == JsonValueKind.Object
                ? headers.EnumerateObject().ToDictionary(
                    header => header.Name, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)
                : new Dictionary<string, string>(),
            DependsOn = json.TryGetProperty("dependsOn", out var dependsOn) && dependsOn.ValueKind == JsonValueKind.Array
                ? [.. dependsOn.EnumerateArray().Select(id => id.ToString())]
                : [],
            Body = json.TryGetProperty("body", out var body) ? body : default,
        };
        return item.Body.ValueKind == JsonValueKind.Object && !item.Headers.ContainsKey("Content-Type")
            ? throw GraphErrorException.BadRequest(
                $"Content-Type must be specified for the request with the id '{item.Id}' that has a body.")
            : item;
    }

    private static string Text(JsonElement json, string name) =>
        GraphJson.Text(json, name) is { Length: > 0 } text
            ? text
            : throw GraphErrorException.BadRequest($"A request of the batch has no '{name}'.");

    private static Dictionary<string, string> ParametersOf(string query) => query.Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(parameter => parameter.Split('=', 2))
        .GroupBy(parts => Uri.UnescapeDataString(parts[0]), StringComparer.OrdinalIgnoreCase)
        .ToDictionary(
            group => group.Key,
            group => group.Last() is [_, var value] ? Uri.UnescapeDataString(value.Replace('+', ' ')) : "",
            StringComparer.OrdinalIgnoreCase);
}
