using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The emulator's state as the admin API shows it. No secret, key or token is in it.</summary>
internal static class AdminView
{
    public static JsonObject Of(EntraEmulator entra)
    {
        var view = OfServer(entra);
        view["tenants"] = List(entra.Directory.Tenants, Of);
        view["issuers"] = List(entra.Directory.Issuers, Of);
        view["apis"] = List(entra.Directory.Apis, Of);
        view["managedIdentities"] = List(entra.Directory.Identities, Of);
        view["applications"] = List(entra.Directory.Applications, Of);
        return view;
    }

    /// <summary>Everything but the directory: where it listens, how it behaves, and what goes wrong.</summary>
    public static JsonObject OfServer(EntraEmulator entra) => new()
    {
        ["emulator"] = TokenIssuer.Marker,
        ["authorityHost"] = entra.AuthorityHost.AbsoluteUri,
        ["plainAddress"] = entra.PlainAddress.AbsoluteUri,
        ["secureAddress"] = entra.SecureAddress.AbsoluteUri,
        ["latency"] = entra.Latency.ToString("c"),
        ["tokenLifetime"] = entra.TokenLifetime.ToString("c"),
        ["managedIdentityTokenLifetime"] = entra.ManagedIdentityTokenLifetime.ToString("c"),
        ["federatedCredentialDelay"] = entra.FederatedCredentialDelay.ToString("c"),
        ["isContainerInstance"] = entra.IsContainerInstance,
        ["keyId"] = entra.Keys.CurrentKeyId,
        ["faults"] = new JsonObject(
            FaultSettings.Kinds.Select(kind => new KeyValuePair<string, JsonNode?>(kind.Key, Of(kind.Value(entra.Faults))))),
    };

    public static JsonObject Of(EmulatedTenant tenant) => new()
    {
        ["id"] = tenant.Id,
        ["domains"] = Texts(tenant.Domains),
        ["issuer"] = tenant.Issuer.AbsoluteUri,
    };

    public static JsonObject Of(EmulatedIssuer issuer) => new()
    {
        ["url"] = issuer.Url,
        ["kind"] = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(issuer.Kind.ToString()),
        ["metadataUrl"] = issuer.MetadataUrl.AbsoluteUri,
        ["isReachable"] = issuer.IsReachable,
    };

    public static JsonObject Of(EmulatedApi api) => new()
    {
        ["audience"] = api.Audience,
        ["url"] = api.Url.AbsoluteUri,
        ["isGraph"] = api.IsGraph,
        ["hasContinuousAccess"] = api.HasContinuousAccess,
        ["requiredRole"] = api.RequiredRole,
    };

    public static JsonObject Of(EmulatedManagedIdentity identity) => new()
    {
        ["clientId"] = identity.ClientId,
        ["objectId"] = identity.ObjectId,
        ["resourceId"] = identity.ResourceId,
        ["tenant"] = identity.TenantId,
        ["isSystemAssigned"] = identity.IsSystemAssigned,
        ["roles"] = Roles(identity.Roles),
    };

    public static JsonObject Of(EmulatedApplication application) => new()
    {
        ["clientId"] = application.ClientId,
        ["tenant"] = application.TenantId,
        ["objectId"] = application.ObjectIdOrNull,
        ["isEnabled"] = application.IsEnabled,
        ["isBlocked"] = application.IsBlocked,
        ["blueprint"] = application.Blueprint?.ClientId,
        ["agentUser"] = application.AgentUser is { } user ? Of(user) : null,
        ["secrets"] = List(application.Credentials.Secrets, secret => new JsonObject
        {
            ["expiresOn"] = secret.ExpiresOn?.ToString("O", CultureInfo.InvariantCulture),
            ["hasExpired"] = secret.HasExpired(application.Now),
        }),
        ["certificates"] = List(application.Credentials.Certificates.Select(each => each.Certificate), certificate => new JsonObject
        {
            ["thumbprint"] = certificate.Thumbprint,
            ["subject"] = certificate.Subject,
            ["expiresOn"] = certificate.NotAfter.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
            ["hasExpired"] = application.Now >= certificate.NotAfter.ToUniversalTime(),
        }),
        ["trustedSubjects"] = Texts(application.Credentials.TrustedSubjects.Select(subject => subject.SubjectName)),
        ["federatedCredentials"] = List(application.Credentials.Federated, trust => new JsonObject
        {
            ["issuer"] = trust.Issuer,
            ["subject"] = trust.Subject,
            ["audience"] = trust.Audience,
            ["isKnown"] = application.Now >= trust.KnownFrom,
        }),
        ["roles"] = Roles(application.Roles),
    };

    public static JsonObject Of(EmulatedAgentUser user) => new() { ["userName"] = user.UserName, ["objectId"] = user.ObjectId };

    private static JsonObject Of(EndpointFaults faults) => new()
    {
        ["outage"] = faults.Outage,
        ["pending"] = faults.Pending,
        ["latency"] = faults.Latency?.ToString(),
    };

    private static JsonArray Roles(IEnumerable<(string Audience, string Role)> roles) =>
        List(roles, role => new JsonObject { ["api"] = role.Audience, ["role"] = role.Role });

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static JsonArray List<T>(IEnumerable<T> all, Func<T, JsonObject> view) => new([.. all.Select(view)]);
}
