using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>
/// <c>GET /fabric/metadata/identity/oauth2/token</c>, over https with a certificate nobody vouches for: Service Fabric. Like the real one
/// it hands out the token of its own cache, until the caller names it by its hash as one that an API rejected.
/// </summary>
internal sealed class ServiceFabricEndpoint(EntraEmulator entra) : ManagedIdentityEndpoint(entra)
{
    private readonly ConcurrentDictionary<(string ClientId, string Resource, bool ContinuousAccess), IssuedToken> _cached = new();

    public override bool IsServedOver(bool https) => https;

    protected override string Host => "Service Fabric";

    protected override IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; } =
        new Dictionary<string, Func<EmulatedManagedIdentity, string>>(
            StringComparer.OrdinalIgnoreCase)
        { ["principalId"] = identity => identity.ObjectId };

    protected override ManagedIdentityRefusal IdentityNotFound { get; } =
        new(404, "ManagedIdentityNotFound", "No such managed identity is assigned to the application.");

    public override bool Serves(ReadOnlySpan<string> path) => path is ["fabric", "metadata", "identity", "oauth2", "token"];

    protected override bool Knows(string parameter) => parameter is "xms_cc" or "token_sha256_to_refresh";

    protected override ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange) =>
        exchange.Header("Secret") is not { } secret
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Entra.IdentityHeader))
            ? new(400, "SecretHeaderNotFound", "The header Secret does not hold the value of IDENTITY_HEADER.")
        : exchange.Query("api-version") is not ("2019-07-01-preview" or "2020-05-01")
        ? new(400, "InvalidApiVersion", "The parameter 'api-version' is missing or not supported; use 2019-07-01-preview.")
        : exchange.Query("resource") is null ? new(400, "ArgumentNullOrEmpty", "The parameter 'resource' is missing.")
        : null;

    protected override IssuedToken Issue(TokenGrant grant, EmulatorExchange exchange)
    {
        var rejected = exchange.Query("token_sha256_to_refresh");
        grant.ContinuousAccess = exchange.Query("xms_cc")?.Split(',').Contains("cp1", StringComparer.OrdinalIgnoreCase) == true;
        var key = (grant.ClientId, grant.Audience, grant.ContinuousAccess);
        if (_cached.TryGetValue(key, out var token) && token.ExpiresOn > Entra.Clock.GetUtcNow().ToUnixTimeSeconds()
            && EmulatorJournal.Hash(token.Value) != rejected)
        {
            return token;
        }

        return _cached[key] = base.Issue(grant, exchange);
    }

    protected override EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector) =>
        WriteFabric(token, resource);

    protected override EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange) => WriteFabric(refusal, exchange);
}
