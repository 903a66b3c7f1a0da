using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// The API that resembles Microsoft Graph: the collections that govern workload identities, with Graph's queries, permissions, licences,
/// limits and errors.
/// </summary>
internal sealed class GraphApi(EntraEmulator entra, EmulatedGraphOptions options)
{
    public const string Audience = "https://graph.microsoft.com";

    private readonly ConcurrentDictionary<string, GraphTenant> _tenants = new();
    private readonly OpaqueToken _tokens = new();
    private readonly GraphLimits _limits = new();
    private readonly DateTimeOffset _since = entra.Clock.GetUtcNow();

    public EmulatedAnswer Answer(EmulatorExchange exchange, ApiEntry journal, SignedJwt token)
    {
        var caller = new GraphCaller(entra.Directory.FindTenant(token.Claim("tid")!)!, token);
        var answer = exchange.Path[2..] is not [var version and ("v1.0" or "beta"), .. var path]
            ? GraphAnswer.Of(new GraphErrorException(404, "BadRequest", "Invalid version: use v1.0 or beta."), exchange)
            : path is ["$batch"]
                ? Guard(exchange, () => AnswerBatch(exchange, version, caller))
                : Guard(exchange, () => Answer(Call(exchange, version, path, caller)));
        if (answer.Error is { } error)
        {
            journal.Refuse(error, answer.Body!["error"]!["message"]!.GetValue<string>());
        }

        return answer.ToAnswer().With("request-id", exchange.TraceId).With("client-request-id", exchange.CorrelationId)
            .With("x-ms-ags-diagnostic", """{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"0","ScaleUnit":"000"}}""");
    }

    public static EmulatedAnswer Denied(EmulatorExchange exchange) => GraphAnswer.Of(GraphErrorException.Denied(), exchange).ToAnswer();

    /// <summary>learn.microsoft.com, "Microsoft Graph throttling guidance": the sample response.</summary>
    public static EmulatedAnswer Throttled(EmulatorExchange exchange) =>
        GraphAnswer.Of(new GraphErrorException(429, "TooManyRequests", "Please retry again later."), exchange).ToAnswer();

    public static EmulatedAnswer Unauthorized(EmulatorExchange exchange, string message, EmulatedAnswer challenge)
    {
        var answer = GraphAnswer.Of(new GraphErrorException(401, "InvalidAuthenticationToken", message), exchange).ToAnswer();
        foreach (var (name, value) in challenge.Headers)
        {
            answer.With(name, value);
        }

        return answer;
    }

    private static GraphAnswer Guard(EmulatorExchange exchange, Func<GraphAnswer> answer)
    {
        try
        {
            return answer();
        }
        catch (GraphErrorException error)
        {
            return GraphAnswer.Of(error, exchange);
        }
    }

    private GraphAnswer AnswerBatch(EmulatorExchange exchange, string version, GraphCaller caller) =>
        exchange.Request.Method != "POST"
            ? throw new GraphErrorException(405, "Request_BadRequest", "A batch is sent with POST.")
            : GraphBatch.Answer(Body(exchange), item => Guard(exchange, () => Answer(new GraphCall
            {
                Caller = caller,
                Method = item.Method,
                Version = version,
                Path = GraphCall.Segments(item.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)),
                Parameters = item.Parameters,
                Header = item.Headers.GetValueOrDefault,
                Body = item.Body,
                Address = AddressOf(exchange, version),
                Now = entra.Clock.GetUtcNow(),
            })));

    private GraphAnswer Answer(GraphCall call)
    {
        var answer = call.Path is ["me"] ? Me(call) : TenantOf(call).Answer(call, _limits);
        if (call.WantsUnlistedMembers)
        {
            answer.Headers.Add(("Preference-Applied", "include-unknown-enum-members"));
        }

        return answer;
    }

    private static GraphAnswer Me(GraphCall call) => call.Caller.IsUser
        ? GraphAnswer.Ok(new JsonObject
        {
            ["id"] = call.Caller.Token.Claim("oid"),
            ["userPrincipalName"] = call.Caller.Token.Claim("preferred_username"),
        })
        : throw GraphErrorException.BadRequest("/me request is only valid with delegated authentication flow.");

    private GraphTenant TenantOf(GraphCall call) => _tenants.GetOrAdd(
        call.Caller.Tenant.Id, _ => new GraphTenant(entra, call.Caller.Tenant, options, _tokens, _since));

    private GraphCall Call(EmulatorExchange exchange, string version, string[] path, GraphCaller caller) => new()
    {
        Caller = caller,
        Method = exchange.Request.Method,
        Version = version,
        Path = GraphCall.Segments(path),
        Parameters = exchange.Request.Query.ToDictionary(
            parameter => parameter.Key, parameter => parameter.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        Header = name => exchange.Request.Headers[name] is { Count: > 0 } values ? values.ToString() : null,
        Body = Body(exchange),
        Address = AddressOf(exchange, version),
        Now = entra.Clock.GetUtcNow(),
    };

    private static string AddressOf(EmulatorExchange exchange, string version) =>
        $"{exchange.Origin}{exchange.Path[0]}/{exchange.Path[1]}/{version}/";

    private static JsonElement Body(EmulatorExchange exchange)
    {
        if (exchange.Json.IsEmpty)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(exchange.Json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw GraphErrorException.BadRequest("Unable to read JSON request payload.");
        }
    }
}
