using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary><c>GET /msi/token</c>: the endpoint of App Service, Functions and Container Apps, api-version 2019-08-01.</summary>
internal sealed class AppServiceEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    protected override string Host => "App Service";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["client_id"] = identity => identity.ClientId,
            ["principal_id"] = identity => identity.ObjectId,
            ["object_id"] = identity => identity.ObjectId,
            ["mi_res_id"] = identity => identity.ResourceId,
        };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } =
        new(400, "invalid_request", "There is no such user assigned or delegated managed identity here.");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["msi", "token"];

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        !CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(exchange.Header("X-IDENTITY-HEADER") ?? ""), Encoding.UTF8.GetBytes(Entra.IdentityHeader))
            ? new(401, "unauthorized", "The header X-IDENTITY-HEADER does not hold the value of IDENTITY_HEADER.")
        : exchange.Query("api-version") != "2019-08-01"
        ? new(400, "invalid_request", "The parameter 'api-version' is missing or not supported; use 2019-08-01.")
        : null;

    /// <summary>Without a selector the system-assigned identity is meant, and never "the only one there is".</summary>
    protected override ManagedIdentityRefusal NoDefault { get; } =
        new(400, "invalid_request", "There is no system assigned managed identity here.");

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        EmulatedAnswer.Json(200, new JsonObject
        {
            ["access_token"] = token.Value,
            ["client_id"] = identity.ClientId,
            ["expires_on"] = token.ExpiresOn.ToString(CultureInfo.InvariantCulture),
            ["not_before"] = token.IssuedAt.ToString(CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        });

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        WriteStatusCode(refusal, exchange);
}
