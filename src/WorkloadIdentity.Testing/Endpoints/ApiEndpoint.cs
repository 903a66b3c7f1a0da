using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Everything below <c>/apis/{name}/</c>: the protected APIs, which judge the token they are shown.</summary>
internal sealed class ApiEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
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
        if (exchange.Request.Headers.Authorization.Count == 0)
        {
            // RFC 6750 section 3.1: whoever shows nothing is told the scheme and no error.
            return EmulatedAnswer.Text(401, "").With("WWW-Authenticate", $"Bearer {RealmOf(exchange)}");
        }

        if (Reject(exchange, journal.Audience, out var token) is { } why)
        {
            journal.Error = "invalid_token";
            return Rejected(exchange, why);
        }

        journal.ClientId = token!.Claim("appid");
        journal.TenantId = token.Claim("tid");
        var body = new JsonObject
        {
            ["clientId"] = journal.ClientId,
            ["tenantId"] = journal.TenantId,
            ["objectId"] = token.Claim("oid"),
            ["audience"] = journal.Audience,
            ["roles"] = new JsonArray([.. token.Strings("roles").Select(role => (JsonNode)role)]),
            ["continuousAccess"] = token.Strings("xms_cc").Contains("cp1"),
            ["emulator"] = TokenIssuer.Marker,
        };
        if (token.Claim("preferred_username") is { } userName)
        {
            body["userName"] = userName;
            body["permissions"] = token.Claim("scp");
        }

        return EmulatedAnswer.Json(200, body);
    }

    /// <summary>A 401 that says the token was not good enough (RFC 6750 section 3.1).</summary>
    public static EmulatedAnswer Rejected(EmulatorExchange exchange, string why) =>
        EmulatedAnswer.Text(401, "").With("WWW-Authenticate", $"Bearer {RealmOf(exchange)}, error=\"invalid_token\", error_description=\"{why}\"");

    /// <summary>A 401 that demands claims (continuous access evaluation).</summary>
    public static EmulatedAnswer Challenged(EmulatorExchange exchange, string claims) => EmulatedAnswer.Text(401, "").With(
        "WWW-Authenticate",
        $"Bearer {RealmOf(exchange)}, error=\"insufficient_claims\", claims=\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(claims))}\"");

    private static string RealmOf(EmulatorExchange exchange) =>
        $"realm=\"\", authorization_uri=\"{exchange.Request.Scheme}://{exchange.Request.Host}/common/oauth2/authorize\"";

    private static string? ReadToken(EmulatorExchange exchange) =>
        exchange.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;

    private EmulatedApi? Find(string name) => entra.Directory.Apis.FirstOrDefault(api => api.Url.AbsolutePath == $"/apis/{name}/");

    private string? Reject(EmulatorExchange exchange, string audience, out SignedJwt? token)
    {
        var value = ReadToken(exchange);
        token = entra.Tokens.Recognise(value, entra.Directory.FindTenant);
        return value is null ? "One bearer token is expected"
            : token is null ? "The token was not issued by this emulator"
            : !token.Audiences.Contains(audience) ? "The token is for another audience"
            : !token.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? "The token is not within its lifetime"
            : entra.IsRevoked(value) ? "The token was revoked"
            : null;
    }
}
