using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Discovery documents and public keys (OpenID Connect Discovery 1.0), of the tenants and of the external issuers.</summary>
internal sealed class DiscoveryEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    public override EndpointFaults Faults => entra.Faults.Discovery;

    public override bool Serves(ReadOnlySpan<string> path) => path is
        [_, "v2.0", ".well-known", "openid-configuration"]
        or [_, "discovery", "v2.0", "keys"]
        or ["issuers", _, ".well-known", "openid-configuration"]
        or ["issuers", _, "keys"];

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        if (exchange.Path[0] == "issuers")
        {
            var issuer = entra.Directory.Issuers.FirstOrDefault(issuer => issuer.MetadataUrl.AbsolutePath.StartsWith($"/issuers/{exchange.Path[1]}/", StringComparison.Ordinal));
            return issuer is null ? EmulatedAnswer.Text(404, "There is no such issuer here.")
                : EmulatedAnswer.Json(200, exchange.Path[^1] == "keys" ? issuer.Key.ToKeySet() : Describe(issuer));
        }

        return entra.Directory.FindTenant(exchange.Path[0]) is not { } tenant ? TokenRefusals.UnknownTenant(exchange.Path[0]).ToAnswer(exchange)
            : EmulatedAnswer.Json(200, exchange.Path[^1] == "keys" ? entra.Key.ToKeySet() : Describe(tenant));
    }

    private static JsonObject Describe(EmulatedIssuer issuer) => new()
    {
        ["issuer"] = issuer.Url,
        ["jwks_uri"] = new Uri(issuer.MetadataUrl, "../keys").AbsoluteUri,
        ["response_types_supported"] = new JsonArray("id_token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };

    private JsonObject Describe(EmulatedTenant tenant) => new()
    {
        ["issuer"] = tenant.Issuer.AbsoluteUri,
        ["token_endpoint"] = tenant.TokenEndpoint.AbsoluteUri,
        ["jwks_uri"] = $"{entra.AuthorityHost.AbsoluteUri}{tenant.Id}/discovery/v2.0/keys",
        ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "private_key_jwt"),
        ["token_endpoint_auth_signing_alg_values_supported"] = new JsonArray("RS256", "PS256"),
        ["grant_types_supported"] = new JsonArray("client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ["response_types_supported"] = new JsonArray("token"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray("RS256"),
    };
}
