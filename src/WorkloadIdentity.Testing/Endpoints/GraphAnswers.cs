using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the API that resembles Microsoft Graph answers: <c>organization</c>, <c>applications</c>, <c>servicePrincipals</c> and <c>me</c>,
/// for reading, below <c>v1.0</c> or <c>beta</c>, with Graph's roles and form of errors. It is a mirror of the emulated directory and no
/// data store.
/// </summary>
internal sealed class GraphAnswers(EntraEmulator entra)
{
    public const string Audience = "https://graph.microsoft.com";

    /// <summary>What an application must hold to read the directory; a user's token needs none here.</summary>
    private static readonly IReadOnlyList<string> Readers =
        ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "Organization.Read.All"];

    public EmulatedAnswer Answer(EmulatorExchange exchange, ApiEntry journal, SignedJwt token)
    {
        var path = exchange.Path.AsSpan(2);
        if (path is not ["v1.0" or "beta", ..])
        {
            return Error(exchange, 404, "BadRequest", "Invalid version: use v1.0 or beta.");
        }

        if (!HttpMethods.IsGet(exchange.Request.Method))
        {
            return Error(exchange, 405, "Request_BadRequest", "The emulator's directory is read-only through this API.");
        }

        var isUser = token.Claim("scp") is not null;
        if (path is [_, "me"])
        {
            return isUser
                ? EmulatedAnswer.Json(
                    200, new JsonObject { ["id"] = token.Claim("oid"), ["userPrincipalName"] = token.Claim("preferred_username") })
                : Error(exchange, 400, "BadRequest", "/me request is only valid with delegated authentication flow.");
        }

        if (!isUser && !token.Strings("roles").Intersect(Readers).Any())
        {
            journal.Error = "Authorization_RequestDenied";
            return Denied(exchange);
        }

        var tenant = entra.Directory.FindTenant(token.Claim("tid")!)!;
        return path switch
        {
            [_, "organization"] => List(exchange, [Describe(tenant)]),
            [_, "servicePrincipals"] => List(exchange, [.. PrincipalsIn(tenant)]),
            [_, "servicePrincipals", var id] => Single(exchange, id, PrincipalsIn(tenant)),
            [_, "applications"] => List(exchange, [.. ApplicationsOf(tenant)]),
            [_, "applications", var id] => Single(exchange, id, ApplicationsOf(tenant)),
            _ =>
                Error(
                    exchange,
                    400,
                    "BadRequest",
                    $"Resource not found for the segment '{path[^1]}'. (Emulator: organization, applications, servicePrincipals and me.)"),
        };
    }

    public static EmulatedAnswer Denied(EmulatorExchange exchange) =>
        Error(exchange, 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");

    /// <summary>learn.microsoft.com, "Microsoft Graph throttling guidance": the sample response.</summary>
    public static EmulatedAnswer Throttled(EmulatorExchange exchange) =>
        Error(exchange, 429, "TooManyRequests", "Please retry again later.");

    public static EmulatedAnswer Unauthorized(EmulatorExchange exchange, string message, EmulatedAnswer challenge)
    {
        var answer = Error(exchange, 401, "InvalidAuthenticationToken", message);
        foreach (var (name, value) in challenge.Headers)
        {
            answer.With(name, value);
        }

        return answer;
    }

    private static EmulatedAnswer List(EmulatorExchange exchange, IEnumerable<JsonObject> values) => EmulatedAnswer.Json(200, new JsonObject
    {
        ["@odata.context"] = $"{exchange.Origin}apis/{exchange.Path[1]}/{exchange.Path[2]}/$metadata#{exchange.Path[3]}",
        ["value"] = new JsonArray([.. values]),
    });

    private static EmulatedAnswer Single(EmulatorExchange exchange, string id, IEnumerable<JsonObject> values) =>
        values.FirstOrDefault(value => id.Equals((string?)value["id"], StringComparison.OrdinalIgnoreCase)) is { } found
            ? EmulatedAnswer.Json(200, found)
            : Error(
                exchange,
                404,
                "Request_ResourceNotFound",
                $"Resource '{(id.Length <= 100
                    ? id
                    : id[..100])}' does not exist or one of its queried reference-property objects are not present.");

    private static JsonObject Describe(EmulatedTenant tenant) => new()
    {
        ["id"] = tenant.Id,
        ["displayName"] = "Emulated tenant",
        ["verifiedDomains"] = new JsonArray([.. tenant.Domains.Select(domain => (JsonNode)new JsonObject { ["name"] = domain })]),
    };

    private IEnumerable<JsonObject> PrincipalsIn(EmulatedTenant tenant) =>
        entra.Directory.Applications.Where(application => application.PrincipalIn(tenant) is not null).Select(application => new JsonObject
        {
            ["id"] = application.PrincipalIn(tenant),
            ["appId"] = application.ClientId,
            ["accountEnabled"] = application.IsEnabled,
            ["appOwnerOrganizationId"] = application.TenantId,
            ["servicePrincipalType"] = "Application",
        }).Concat(entra.Directory.Identities.Where(identity => identity.Tenant == tenant).Select(identity => new JsonObject
        {
            ["id"] = identity.ObjectId,
            ["appId"] = identity.ClientId,
            ["accountEnabled"] = true,
            ["servicePrincipalType"] = "ManagedIdentity",
        }));

    /// <summary>An application's own object has no id of its own here: its client id stands for it.</summary>
    private IEnumerable<JsonObject> ApplicationsOf(EmulatedTenant tenant) =>
        entra.Directory.Applications.Where(application => application.Tenant == tenant).Select(application => new JsonObject
        {
            ["id"] = application.ClientId,
            ["appId"] = application.ClientId,
        });

    private static EmulatedAnswer Error(EmulatorExchange exchange, int status, string code, string message) =>
        EmulatedAnswer.Json(status, new JsonObject
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
        });
}
