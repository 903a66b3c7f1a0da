using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>GET /arc/metadata/identity/oauth2/token</c>: the agent of Azure Arc. It challenges with the path of a key file, and takes what the
/// file holds, once.
/// </summary>
internal sealed class ArcEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    protected override string Host => "Azure Arc";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["client_id"] = identity => identity.ClientId,
            ["object_id"] = identity => identity.ObjectId,
            ["msi_res_id"] = identity => identity.ResourceId,
        };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } = new(400, "invalid_request", "Identity not found");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["arc", "metadata", "identity", "oauth2", "token"];

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (exchange.Header("Metadata") == "true" && exchange.Header("Authorization") is null)
        {
            ((ManagedIdentityEntry)entry!).IsChallenged = true;
            return Write(new ManagedIdentityRefusal(401, "unauthorized", "The header Authorization is missing."), exchange)
                .With("WWW-Authenticate", $"Basic realm={Entra.ArcKeys.Add()}");
        }

        return base.Answer(exchange, entry);
    }

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        exchange.Header("Metadata") != "true" ? new(400, "invalid_request", "Required metadata header not specified")
        : exchange.Query("api-version") is not ("2019-11-01" or "2020-06-01" or "2021-02-01")
        ? new(400, "invalid_request", "The parameter 'api-version' is missing or not supported; use 2020-06-01.")
        : exchange.Header("Authorization") is not { } key || !key.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)
            || !Entra.ArcKeys.Take(key["Basic ".Length..])
            ? new(
                401,
                "unauthorized",
                "The header Authorization does not hold the content of a key file that was named, or it was used before.")
        : null;

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector)
    {
        var answer = new JsonObject
        {
            ["access_token"] = token.Value,
            ["expires_in"] = token.LifetimeSeconds.ToString(CultureInfo.InvariantCulture),
            ["expires_on"] = token.ExpiresOn.ToString(CultureInfo.InvariantCulture),
            ["not_before"] = token.IssuedAt.ToString(CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        };

        // The agent says whose token it is in the words of the question; without one it says nothing.
        if (selector is not null)
        {
            answer[selector] = Selectors[selector](identity);
        }

        return EmulatedAnswer.Json(200, answer);
    }

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        EmulatedAnswer.Json(refusal.Status, new JsonObject
        {
            ["error"] = refusal.Error,
            ["error_description"] = refusal.Message,
            ["correlation_id"] = exchange.CorrelationId,
        });
}
