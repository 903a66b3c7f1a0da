using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>GET /common/discovery/instance</c>: tells whether a host is an authority at all. Other vendors' libraries ask before they trust one
/// they do not know; they ask the public cloud, so a test leads that one question here (docs/emulator.md).
/// </summary>
internal sealed class InstanceDiscoveryEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    public override EndpointFaults Faults => entra.Faults.Discovery;

    public override bool Serves(ReadOnlySpan<string> path) => path is ["common", "discovery", "instance"];

    public override JournalEntry Note(EmulatorExchange exchange) =>
        new DiscoveryEntry(exchange.At, exchange.CorrelationId, exchange.Request.Path.Value ?? "", DiscoveryDocument.Instance);

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var refusal =
            exchange.Query("api-version") is not ("1.0" or "1.1") ? TokenRefusals.MalformedDiscovery("'api-version' must be 1.1.")
            : !Uri.TryCreate(exchange.Query("authorization_endpoint"), UriKind.Absolute, out var asked)
            ? TokenRefusals.MalformedDiscovery("'authorization_endpoint' is no address.")
            : !entra.IsAuthority(asked) ? TokenRefusals.UnknownInstance(asked)
            : null;
        if (refusal is not null)
        {
            entry!.Refuse(refusal.Error, refusal.Message);
            return refusal.ToAnswer(exchange);
        }

        var authority = new Uri(exchange.Query("authorization_endpoint")!);
        var tenant = authority.Segments is [_, var first, ..] ? first.TrimEnd('/') : "common";
        var aliases = new JsonArray([.. entra.AuthorityHosts(authority.Port).Select(name => (JsonNode)name)]);
        return EmulatedAnswer.Json(200, new JsonObject
        {
            ["tenant_discovery_endpoint"] = $"{authority.GetLeftPart(UriPartial.Authority)}/{tenant}/v2.0/.well-known/openid-configuration",
            ["api-version"] = exchange.Query("api-version"),
            ["metadata"] = new JsonArray(new JsonObject
            {
                ["preferred_network"] = authority.Authority,
                ["preferred_cache"] = authority.Authority,
                ["aliases"] = aliases,
            }),
        });
    }
}
