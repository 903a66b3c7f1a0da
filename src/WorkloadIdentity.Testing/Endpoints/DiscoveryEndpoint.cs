using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Discovery documents and public keys (OpenID Connect Discovery 1.0), of the tenants and of the external issuers.</summary>
internal sealed class DiscoveryEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    /// <summary>Names that stand for any tenant: their document has a place holder where a tenant's id would be.</summary>
    private static readonly IReadOnlyList<string> AnyTenant = ["common", "organizations"];

    public override EndpointFaults Faults => entra.Faults.Discovery;

    public override bool Serves(ReadOnlySpan<string> path) => path is
        [_, "v2.0", ".well-known", "openid-configuration"]
        or [_, "discovery", "v2.0", "keys"]
        or ["issuers", _, ".well-known", "openid-configuration"]
        or ["issuers", _, "keys"];

    public override JournalEntry Note(EmulatorExchange exchange) =>
        new DiscoveryEntry(
            exchange.At,
            exchange.CorrelationId,
            exchange.Request.Path.Value ?? "",
            exchange.Path[^1] == "keys" ? DiscoveryDocument.Keys : DiscoveryDocument.OpenId);

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var wantsKeys = exchange.Path[^1] == "keys";
        if (exchange.Path[0] == "issuers")
        {
            var issuer =
                entra.Directory.Issuers.FirstOrDefault(
                    issuer => issuer.MetadataUrl.AbsolutePath.StartsWith($"/issuers/{exchange.Path[1]}/", StringComparison.Ordinal));
            return issuer is null ? Refuse(entry, 404, "There is no such issuer here.")
                : !issuer.IsReachable ? Refuse(entry, 503, "This issuer is out of reach. (Emulator: IsReachable is off.)")
                : EmulatedAnswer.Json(200, wantsKeys ? issuer.Keys.ToKeySet() : Describe(issuer, exchange));
        }

        var name = exchange.Path[0];
        if (AnyTenant.Any(any => any.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            return EmulatedAnswer.Json(
                200, wantsKeys ? entra.Keys.ToKeySet() : Describe($"{entra.AuthorityHost.AbsoluteUri}{{tenantid}}/v2.0", name, exchange));
        }

        if (entra.Directory.FindTenant(name) is { } tenant)
        {
            return EmulatedAnswer.Json(
                200, wantsKeys ? entra.Keys.ToKeySet() : Describe(tenant.Issuer.AbsoluteUri, tenant.Id, exchange));
        }

        var refusal = TokenRefusals.UnknownTenant(name);
        entry!.Refuse(refusal.Error, refusal.Message);
        return refusal.ToAnswer(exchange);
    }

    private static EmulatedAnswer Refuse(JournalEntry? entry, int status, string reason)
    {
        entry!.Reason = reason;
        return EmulatedAnswer.Text(status, reason);
    }

    private static JsonObject Describe(EmulatedIssuer issuer, EmulatorExchange exchange) => new()
    {
        ["issuer"] = issuer.Url,
        ["jwks_uri"] = $"{exchange.Origin}issuers/{exchange.Path[1]}/keys",
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        ["claims_supported"] = new JsonArray([.. issuer.ClaimNames.Select(claim => (JsonNode)claim)]),
    };

    /// <summary>
    /// A tenant's document. The endpoints stand at the address the caller used, so that a caller of the https one is led to no other.
    /// </summary>
    private static JsonObject Describe(string issuer, string tenant, EmulatorExchange exchange) => new()
    {
        ["issuer"] = issuer,
        ["authorization_endpoint"] = $"{exchange.Origin}{tenant}/oauth2/v2.0/authorize",
        ["token_endpoint"] = $"{exchange.Origin}{tenant}/oauth2/v2.0/token",
        ["jwks_uri"] = $"{exchange.Origin}{tenant}/discovery/v2.0/keys",
        ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "private_key_jwt"),
        ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("RS256", "PS256"),
        ["grant_types_supported"] = new JsonArray("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ["response_types_supported"] = new JsonArray("token"),
        ["response_modes_supported"] = new JsonArray("form_post"),
        ["scopes_supported"] = new JsonArray("openid", "profile", "email", "offline_access"),
        ["subject_types_supported"] = new JsonArray("pairwise"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
        ["cloud_instance_name"] = exchange.Request.Host.Host,
        ["tenant_region_scope"] = "EMULATED",
        ["emulator"] = TokenIssuer.Marker,
    };
}
