using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Everything below <c>/admin/</c>: what a test does in C#, over HTTP. It answers programs and the emulator's own page, if they hold
/// the admin token. Other pages of a browser do not come so far: the server refuses what they send, to any endpoint.
/// </summary>
internal sealed class AdminEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private static readonly IReadOnlyList<AdminRoute> Routes =
        [.. StateRoutes.All, .. DirectoryRoutes.All, .. ApplicationRoutes.All, .. FaultRoutes.All, .. PageRoutes.All];

    /// <summary>The way in must stay open, whatever goes wrong elsewhere.</summary>
    public override EndpointFaults Faults { get; } = new(EndpointKind.Admin);

    public override bool IsImmediate => true;

    public override bool Serves(ReadOnlySpan<string> path) => path is ["admin", ..] && entra.AdminToken is not null;

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (!entra.IsLoopback && !exchange.Request.IsHttps)
        {
            return Problem(
                403,
                "This emulator listens beyond loopback: its admin API is served over https only, so that nobody on the way reads the "
                    + "token.");
        }

        if (!IsAuthorised(exchange))
        {
            return Problem(401, "The admin token is missing or wrong. Send it as 'Authorization: Bearer …'.")
                .With("WWW-Authenticate", "Bearer realm=\"emulator admin\"");
        }

        if (exchange.HasBody && !exchange.Request.HasJsonContentType())
        {
            return Problem(415, "The body must be JSON, sent as 'Content-Type: application/json'.");
        }

        var path = exchange.Path.AsSpan(1);
        var isKnownPath = false;
        foreach (var route in Routes)
        {
            if (route.Match(path) is { } parameters)
            {
                isKnownPath = true;
                if (route.Method == exchange.Request.Method)
                {
                    return Run(route, exchange, parameters);
                }
            }
        }

        return Problem(
            isKnownPath ? 405 : 404, $"There is no {exchange.Request.Method} of this path. There are:\n{string.Join('\n', Routes)}");
    }

    private EmulatedAnswer Run(AdminRoute route, EmulatorExchange exchange, IReadOnlyList<string> parameters)
    {
        try
        {
            return route.Answer(AdminCall.Of(entra, exchange, parameters));
        }
        catch (EmulatorFileException exception)
        {
            return Problems(400, exception.Problems);
        }
        catch (AdminNotFoundException exception)
        {
            return Problem(404, exception.Message);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // What the same call in C# would have thrown. The parameter it names is one of that method.
            return Problem(409, TokenError.Explain(exception));
        }
    }

    private bool IsAuthorised(EmulatorExchange exchange) =>
        exchange.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim())),
            SHA256.HashData(Encoding.UTF8.GetBytes(entra.AdminToken!)));

    private static EmulatedAnswer Problem(int status, string message) => Problems(status, [new EmulatorFileProblem("", message)]);

    private static EmulatedAnswer Problems(int status, IEnumerable<EmulatorFileProblem> problems) =>
        EmulatedAnswer.Json(status, new JsonObject
        {
            ["problems"] = new JsonArray(
            [.. problems.Select(problem => (JsonNode)new JsonObject { ["path"] = problem.Path, ["message"] = problem.Message })]),
        });
}
