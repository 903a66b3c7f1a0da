using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Everything below <c>/apis/{name}/</c>: the protected APIs, which judge the token they are shown.</summary>
internal sealed class ApiEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private const string BoundScheme = $"{BindingCheck.TokenType} ";

    public override EndpointFaults Faults => entra.Faults.Api;

    public override bool Serves(ReadOnlySpan<string> path) => path is ["apis", _, ..] && Find(path[1]) is not null;

    public override JournalEntry Note(EmulatorExchange exchange)
    {
        var path = string.Join('/', exchange.Path.Skip(2));
        return new ApiEntry(exchange.At, exchange.CorrelationId, Find(exchange.Path[1])!.Audience, exchange.Request.Method, path)
        {
            TokenHash = ReadToken(exchange) is { } token ? EmulatorJournal.Hash(token) : null,
        };
    }

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var journal = (ApiEntry)entry!;
        var api = Find(exchange.Path[1])!;
        if (exchange.Request.Headers.Authorization.Count == 0)
        {
            // RFC 6750 section 3.1: whoever shows nothing is told the scheme and no error.
            journal.Reason = "The request has no access token.";
            return Finish(exchange, Unauthorized(exchange, ""), "Access token is empty.");
        }

        var judgement = TokenJudgement.Of(ReadToken(exchange), IsBound(exchange), exchange.CertificateThumbprint, api, entra);
        if (judgement.Rejection is { } why)
        {
            journal.Refuse("invalid_token", $"{why}.");
            return Reject(exchange, why);
        }

        if (judgement.Claims is { } claims)
        {
            journal.Refuse("insufficient_claims", "The token was issued before its principal was revoked.");
            return Challenge(exchange, claims);
        }

        var token = judgement.Token!;
        journal.ClientId = token.Claim("appid");
        journal.TenantId = token.Claim("tid");
        if (api.RequiredRole is { } role && !token.Strings("roles").Contains(role))
        {
            journal.Refuse("insufficient_scope", $"The caller does not hold the role {role}.");
            return api.IsGraph ? GraphApi.Denied(exchange)
                : EmulatedAnswer.Text(403, "")
                    .With(
                        "WWW-Authenticate",
                        $"Bearer {RealmOf(
                            exchange)}, error=\"insufficient_scope\", error_description=\"The caller does not hold the role {role}\"");
        }

        return api.Graph is { } graph ? graph.Answer(exchange, journal, token) : Describe(token, api);
    }

    /// <summary>A 401 that says the token was not good enough (RFC 6750 section 3.1).</summary>
    public EmulatedAnswer Reject(EmulatorExchange exchange, string why) => Finish(
        exchange, Unauthorized(exchange, $", error=\"invalid_token\", error_description=\"{why}\""), why);

    /// <summary>A 401 that demands claims (continuous access evaluation).</summary>
    public EmulatedAnswer Challenge(EmulatorExchange exchange, string claims) => Finish(
        exchange,
        Unauthorized(exchange, $", error=\"insufficient_claims\", claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims))}\""),
        "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: "
        + "TokenIssuedBeforeRevocationTimestamp");

    public override EmulatedAnswer Throttle(EmulatorExchange exchange) =>
        IsGraph(exchange) ? GraphApi.Throttled(exchange) : base.Throttle(exchange);

    private static EmulatedAnswer Unauthorized(EmulatorExchange exchange, string parameters) =>
        EmulatedAnswer.Text(401, "").With("WWW-Authenticate", $"Bearer {RealmOf(exchange)}{parameters}");

    private static string RealmOf(EmulatorExchange exchange) =>
        $"realm=\"\", authorization_uri=\"{exchange.Origin}common/oauth2/authorize\"";

    private static string? ReadToken(EmulatorExchange exchange) => ReadToken(exchange, "Bearer ") ?? ReadToken(exchange, BoundScheme);

    private static bool IsBound(EmulatorExchange exchange) => ReadToken(exchange, BoundScheme) is not null;

    private static string? ReadToken(EmulatorExchange exchange, string scheme) =>
        exchange.Header("Authorization") is { } header && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            ? header[scheme.Length..].Trim()
            : null;

    /// <summary>Graph says in a body what other APIs leave to the header.</summary>
    private EmulatedAnswer Finish(EmulatorExchange exchange, EmulatedAnswer refusal, string message) =>
        IsGraph(exchange) ? GraphApi.Unauthorized(exchange, message, refusal) : refusal;

    private bool IsGraph(EmulatorExchange exchange) => Find(exchange.Path[1])!.IsGraph;

    private static EmulatedAnswer Describe(SignedJwt token, EmulatedApi api)
    {
        var body = new JsonObject
        {
            ["clientId"] = token.Claim("appid"),
            ["tenantId"] = token.Claim("tid"),
            ["objectId"] = token.Claim("oid"),
            ["audience"] = api.Audience,
            ["roles"] = new JsonArray([.. token.Strings("roles").Select(role => (JsonNode)role)]),
            ["continuousAccess"] = token.Strings("xms_cc").Contains("cp1"),
            ["isBound"] = token.Confirmation is not null,
            ["emulator"] = TokenIssuer.Marker,
        };
        if (token.Claim("preferred_username") is { } userName)
        {
            body["userName"] = userName;
            body["permissions"] = token.Claim("scp");
        }

        return EmulatedAnswer.Json(200, body);
    }

    private EmulatedApi? Find(string name) => entra.Directory.Apis.FirstOrDefault(api => api.Url.AbsolutePath == $"/apis/{name}/");
}
