using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Where jobs of GitHub Actions (<c>GET /github/{job}</c>), Azure Pipelines (<c>POST /azure-pipelines/{job}</c>) and Buildkite
/// (<c>POST /buildkite/jobs/{job}/oidc/tokens</c>) ask for id tokens.
/// </summary>
internal sealed class BuildSystemEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public override EndpointFaults Faults => entra.Faults.Assertions;

    public override bool Serves(ReadOnlySpan<string> path) =>
        path is ["github" or "azure-pipelines", _] or ["buildkite", "jobs", _, "oidc", "tokens"];

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (exchange.Path[0] == "buildkite")
        {
            return Buildkite(exchange, entra.FindJob(exchange.Path[2]));
        }

        var isGitHub = exchange.Path[0] == "github";
        var job = entra.FindJob(exchange.Path[1]);

        // Azure DevOps sends whom it does not know to a page, unless asked not to.
        return job is null || exchange.Header("Authorization") is not { } header
            || !header.Equals($"Bearer {job.Token}", StringComparison.OrdinalIgnoreCase)
                ? isGitHub || exchange.Header("X-TFS-FedAuthRedirect") == "Suppress" ? EmulatedAnswer.Text(401, "")
                : EmulatedAnswer.Text(302, "").With("Location", "https://sign-in.example/")
            : isGitHub ? GitHub(exchange, job) : AzurePipelines(exchange, job);
    }

    private static EmulatedAnswer GitHub(EmulatorExchange exchange, EmulatedJob job) =>
        !HttpMethods.IsGet(exchange.Request.Method) ? EmulatedAnswer.Text(405, "Only GET is allowed.")
        : exchange.Query("api-version") != "2.0" ? EmulatedAnswer.Text(400, "The query that came with the address must stay.")
        : EmulatedAnswer.Json(200, new JsonObject
        {
            ["count"] = 1,
            ["value"] = job.Issuer.Issue(job.Subject, exchange.Query("audience") ?? "https://github.com/emulated", Lifetime),
        });

    private static EmulatedAnswer Buildkite(EmulatorExchange exchange, EmulatedJob? job)
    {
        if (job is null || exchange.Header("Authorization") != $"Token {job.Token}")
        {
            return EmulatedAnswer.Json(401, new JsonObject { ["message"] = "Invalid access token" });
        }

        if (!HttpMethods.IsPost(exchange.Request.Method) || Body(exchange) is not { } body)
        {
            return EmulatedAnswer.Json(400, new JsonObject { ["message"] = "Expected a JSON object." });
        }

        return body["subject_claim"]?.ToString() != job.SubjectClaim
            ? EmulatedAnswer.Json(422, new JsonObject { ["message"] = "The job has another subject claim." })
            : EmulatedAnswer.Json(200, new JsonObject
            {
                ["token"] = job.Issuer.Issue(
                    job.Subject, body["audience"]?.ToString() ?? "https://buildkite.com/emulated", Lifetime),
            });
    }

    private static JsonObject? Body(EmulatorExchange exchange)
    {
        try
        {
            return JsonNode.Parse(exchange.Json.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static EmulatedAnswer AzurePipelines(EmulatorExchange exchange, EmulatedJob job) =>
        !HttpMethods.IsPost(exchange.Request.Method)
            ? EmulatedAnswer.Json(405, new JsonObject { ["Message"] = "The requested resource does not support this http method." })
        : exchange.Query("api-version") != "7.1" ? EmulatedAnswer.Text(400, "api-version must be 7.1.")
        : exchange.Request.ContentLength != 0 ? EmulatedAnswer.Text(411, "The body must be empty, and say so.")
        : exchange.Query("serviceConnectionId") != job.ServiceConnectionId
        ? EmulatedAnswer.Json(404, new JsonObject { ["message"] = "The job does not use this service connection." })
        : EmulatedAnswer.Json(
            200, new JsonObject { ["oidcToken"] = job.Issuer.Issue(job.Subject, EmulatedIssuer.ExchangeAudience, Lifetime) });
}
