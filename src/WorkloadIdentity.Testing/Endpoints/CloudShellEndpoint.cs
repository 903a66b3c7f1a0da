using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary><c>POST /cloudshell/oauth2/token</c>: Cloud Shell, whose tokens speak for the person who is signed in.</summary>
internal sealed class CloudShellEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    public const string UserName = "admin@emulated.example";

    protected override string Host => "Cloud Shell";

    protected override string Method => "POST";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>();

    protected override ManagedIdentityRefusal IdentityNotFound { get; } =
        new(400, "IdentityNotFound", "There is no managed identity here.");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["cloudshell", "oauth2", "token"];

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        exchange.Header("Metadata") != "true" ? new(400, "MetadataHeaderMissing", "The header Metadata is missing.")
        : exchange.Request.QueryString.HasValue
        ? new(400, "BadRequest", "Parameters go into the form. (The emulator refuses what the real host ignores.)")
        : null;

    /// <summary>Not a managed identity: the person, through the client Cloud Shell signs people in with.</summary>
    protected override EmulatedManagedIdentity? FindDefault(out ManagedIdentityRefusal? refusal)
    {
        refusal = null;
        return new EmulatedManagedIdentity(
            Entra.Tenant, isSystemAssigned: true, EmulatedDirectory.FirstPartyClientId,
            EmulatedDirectory.ObjectIdOf(Entra.Tenant, UserName), resourceId: "");
    }

    protected override IssuedToken Issue(TokenGrant grant, EmulatorExchange exchange) => Entra.Tokens.Issue(new TokenGrant
    {
        Tenant = grant.Tenant,
        ClientId = grant.ClientId,
        ObjectId = grant.ObjectId,
        Audience = grant.Audience,
        Lifetime = Entra.TokenLifetime,
        UserName = UserName,
        Permissions = "user_impersonation",
    });

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        EmulatedAnswer.Json(200, new JsonObject
        {
            ["access_token"] = token.Value,
            ["refresh_token"] = "",
            ["expires_in"] = token.LifetimeSeconds.ToString(CultureInfo.InvariantCulture),
            ["expires_on"] = token.ExpiresOn.ToString(CultureInfo.InvariantCulture),
            ["not_before"] = token.IssuedAt.ToString(CultureInfo.InvariantCulture),
            ["resource"] = resource,
            ["token_type"] = "Bearer",
        });

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        EmulatedAnswer.Json(refusal.Status, new JsonObject
        {
            ["error"] = new JsonObject { ["code"] = refusal.Error, ["message"] = refusal.Message },
        });
}
