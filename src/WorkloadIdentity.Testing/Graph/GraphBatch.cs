using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>$batch</c>: up to 20 calls in one request, each answered, throttled and refused on its own (learn.microsoft.com, "Combine multiple
/// HTTP requests using JSON batching"). The answers come in another order than the calls.
/// </summary>
internal static class GraphBatch
{
    private const int Most = 20;

    public static GraphAnswer Answer(JsonElement body, Func<GraphBatchItem, GraphAnswer> answer)
    {
        var items = Read(body);
        var statuses = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var responses = new List<JsonObject>();
        foreach (var item in items)
        {
            // A dependency that is no earlier item cannot have succeeded.
            var answered = item.DependsOn.Any(id => !statuses.TryGetValue(id, out var status) || status >= 400) ? null : answer(item);
            statuses[item.Id] = answered?.Status ?? 424;
            responses.Add(Response(item, answered));
        }

        responses.Reverse();
        return GraphAnswer.Ok(new JsonObject { ["responses"] = GraphJson.Array(responses) });
    }

    private static JsonObject Response(GraphBatchItem item, GraphAnswer? answer)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in answer?.Headers ?? [])
        {
            headers[name] = value;
        }

        var response = new JsonObject { ["id"] = item.Id, ["status"] = answer?.Status ?? 424, ["headers"] = headers };
        var body = answer is null ? FailedDependency() : answer.Body;
        if (body is not null)
        {
            headers["Content-Type"] = "application/json";
            response["body"] = body.DeepClone();
        }

        return response;
    }

    private static JsonObject FailedDependency() => new()
    {
        ["error"] = new JsonObject { ["code"] = "FailedDependency", ["message"] = "A request that it depends on failed." },
    };

    private static List<GraphBatchItem> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("requests", out var requests)
            || requests.ValueKind != JsonValueKind.Array)
        {
            throw GraphErrorException.BadRequest("Invalid batch payload format.");
        }

        if (requests.GetArrayLength() is 0 or > Most)
        {
            throw GraphErrorException.BadRequest($"Number of batch request steps must be between 1 and {Most}.");
        }

        var items = requests.EnumerateArray().Select(GraphBatchItem.Read).ToList();
        return items.Select(item => item.Id).Distinct(StringComparer.OrdinalIgnoreCase).Count() == items.Count
            ? items
            : throw GraphErrorException.BadRequest("Request ids of a batch must be unique.");
    }
}
