using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// A refusal of the token endpoint: what goes into Entra's form of an error (RFC 6749 section 5.2, with Entra's own members).
/// </summary>
internal sealed class TokenRefusal(long code, string error, int status, string message)
{
    public long Code => code;

    public string Error => error;

    public int Status => status;

    public string Message => message;

    public string? Suberror { get; init; }

    /// <summary>Claims the caller must satisfy, as JSON text.</summary>
    public string? Claims { get; init; }

    public EmulatedAnswer ToAnswer(EmulatorExchange exchange)
    {
        var timestamp = exchange.At.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
        var body = new JsonObject
        {
            ["error"] = error,
            ["error_description"] = $"AADSTS{code}: {message} Trace ID: {exchange.TraceId} Correlation ID: "
                + $"{exchange.CorrelationId} Timestamp: {timestamp}",
            ["error_codes"] = new JsonArray(code),
            ["timestamp"] = timestamp,
            ["trace_id"] = exchange.TraceId,
            ["correlation_id"] = exchange.CorrelationId,
        };
        if (Suberror is not null)
        {
            body["suberror"] = Suberror;
        }

        if (Claims is not null)
        {
            body["claims"] = Claims;
        }

        return EmulatedAnswer.Json(status, body);
    }
}
