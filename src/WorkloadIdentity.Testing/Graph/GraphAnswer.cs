using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What Graph answers to one call, before it is put into a response or into a batch.</summary>
internal sealed class GraphAnswer
{
    private GraphAnswer(int status, JsonNode? body, string? error)
    {
        Status = status;
        Body = body;
        Error = error;
    }

    public int Status { get; }

    /// <summary>The body: an object, a number for a count, or null for none.</summary>
    public JsonNode? Body { get; }

    /// <summary>The code of an error; null for a success.</summary>
    public string? Error { get; }

    public List<(string Name, string Value)> Headers { get; } = [];

    public static GraphAnswer NoContent { get => new(204, null, null); }

    public static GraphAnswer Ok(JsonNode body) => new(200, body, null);

    public static GraphAnswer Created(JsonNode body) => new(201, body, null);

    public static GraphAnswer Of(GraphErrorException error, EmulatorExchange exchange)
    {
        var answer = new GraphAnswer(error.Status, ErrorBody(exchange, error.Code, error.Message), error.Code);
        answer.Headers.AddRange(error.Headers);
        return answer;
    }

    public static JsonObject ErrorBody(EmulatorExchange exchange, string code, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["code"] = code,
            ["message"] = message,
            ["innerError"] = new JsonObject
            {
                ["date"] = exchange.At.UtcDateTime.ToString("s", CultureInfo.InvariantCulture),
                ["request-id"] = exchange.TraceId,
                ["client-request-id"] = exchange.CorrelationId,
            },
        },
    };

    public EmulatedAnswer ToAnswer()
    {
        var answer = Body switch
        {
            JsonObject body => EmulatedAnswer.Json(Status, body),
            null => EmulatedAnswer.Text(Status, ""),
            _ => EmulatedAnswer.Text(Status, Body.ToJsonString()),
        };
        foreach (var (name, value) in Headers)
        {
            answer.With(name, value);
        }

        return answer;
    }
}
