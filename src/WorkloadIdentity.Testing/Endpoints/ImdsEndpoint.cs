using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>GET /metadata/identity/oauth2/token</c>: the instance metadata service of a virtual machine, or of a Linux container of Azure
/// Container Instances. The latter refuses a request without its header in plain text (seen 2024-12), and does not name itself.
/// </summary>
internal sealed class ImdsEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    public override string? Server => Entra.IsContainerInstance ? null : "IMDS/150.870.65.1854";

    protected override string Host => "IMDS";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(StringComparer.OrdinalIgnoreCase)
        {
            ["client_id"] = identity => identity.ClientId,
            ["object_id"] = identity => identity.ObjectId,
            ["msi_res_id"] = identity => identity.ResourceId,
        };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } = new(400, "invalid_request", "Identity not found");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["metadata", "identity", "oauth2", "token"];

    /// <summary>As reported for IMDS 150.870.65 (github.com/dotnet/SqlClient issue 2344, 2024-02).</summary>
    public override EmulatedAnswer Throttle(EmulatorExchange exchange) =>
        Write(new ManagedIdentityRefusal(429, "invalid_request", "Temporarily throttled, too many requests"), exchange);

    protected override bool IsProbe(EmulatorExchange exchange) => exchange.Request.Headers["Metadata"].Count == 0;

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>

        // The header, exact to the letter, is what keeps a tricked server from fetching tokens for somebody else; so is the refusal of
        // proxied requests.
        exchange.Header("Metadata") != "true"
            ? new(400, "invalid_request", $"Required metadata header not specified{(Entra.IsContainerInstance ? " or not correct" : "")}")
        : exchange.Request.Headers.ContainsKey("X-Forwarded-For")
        ? new(400, "invalid_request", "The request was forwarded, which is not allowed.")
        : exchange.Query("api-version") is not { } version
            || !DateOnly.TryParseExact(version, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            || date < new DateOnly(2018, 2, 1)
            ? new(400, "bad_request_102", "The parameter 'api-version' is missing or not supported; use 2018-02-01.")
        : null;

    protected override EmulatedManagedIdentity? FindDefault(out ManagedIdentityRefusal? refusal)
    {
        var identities = Entra.Directory.Identities.ToList();
        var found = identities.Find(identity => identity.IsSystemAssigned) ?? (identities.Count == 1 ? identities[0] : null);
        refusal = found is not null ? null
            : identities.Count == 0 ? IdentityNotFound
            : new(
                400,
                "invalid_request",
                "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request");
        return found;
    }

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        EmulatedAnswer.Json(200, new JsonObject
        {
            // Every value is a string here, numbers included.
            ["access_token"] = token.Value,
            ["client_id"] = identity.ClientId,
            ["expires_in"] = Text(token.LifetimeSeconds),
            ["expires_on"] = Text(token.ExpiresOn),
            ["ext_expires_in"] = Text(token.LifetimeSeconds),
            ["not_before"] = Text(token.IssuedAt),
            ["refresh_token"] = "",
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        });

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        Entra.IsContainerInstance && IsProbe(exchange)
        ? EmulatedAnswer.Text(refusal.Status, refusal.Message)
        : EmulatedAnswer.Json(refusal.Status, new JsonObject
        {
            ["error"] = refusal.Error,
            ["error_description"] = refusal.Message,
        });

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
