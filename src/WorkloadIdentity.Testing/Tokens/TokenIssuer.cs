using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Issues the emulator's access tokens and recognises them again.</summary>
internal sealed class TokenIssuer(SigningKeys keys, TimeProvider clock)
{
    /// <summary>Stands in every token, for whoever finds one in a log and wonders.</summary>
    public const string Marker = "WorkloadIdentity.Testing: made by a local emulator, worth nothing anywhere else";

    public IssuedToken Issue(TokenGrant grant)
    {
        var now = clock.GetUtcNow();
        var issuedAt = now.ToUnixTimeSeconds();
        var expiresOn = (now + grant.Lifetime).ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            // This server's own address, never an Entra host, so that no real API can be made to trust it.
            ["iss"] = grant.Tenant.Issuer.AbsoluteUri,
            ["aud"] = grant.Audience,
            ["iat"] = issuedAt,
            ["nbf"] = issuedAt,
            ["exp"] = expiresOn,
            ["jti"] = Guid.NewGuid().ToString(),
            ["tid"] = grant.Tenant.Id,
            ["oid"] = grant.ObjectId,
            ["sub"] = grant.Subject ?? grant.ObjectId,
            ["appid"] = grant.ClientId,
            ["azp"] = grant.ClientId,
            ["azpacr"] = grant.Authentication is ClientAuthenticationMethod.Secret ? "1" : "2",
            ["idtyp"] = grant.UserName is null ? "app" : "user",
            ["ver"] = "2.0",
            ["emulator"] = Marker,
        };
        if (grant.UserName is { } userName)
        {
            claims["preferred_username"] = userName;
            claims["scp"] = grant.Permissions;
        }

        if (grant.Roles.Count > 0)
        {
            claims["roles"] = new JsonArray([.. grant.Roles.Select(role => (JsonNode)role)]);
        }

        if (grant.ContinuousAccess)
        {
            claims["xms_cc"] = new JsonArray("cp1");
        }

        if (grant.BoundTo is { } thumbprint)
        {
            claims["cnf"] = new JsonObject { ["x5t#S256"] = thumbprint };
        }

        if (grant.Sessions is { } sessions)
        {
            claims["emulator_session"] = sessions.Current;
        }

        if (grant.ResourceId is { } resourceId)
        {
            claims["xms_mirid"] = resourceId;
        }

        return new IssuedToken(keys.Sign(claims), issuedAt, expiresOn);
    }

    /// <summary>
    /// The token, when this emulator signed it for the tenant it names; otherwise null. Its lifetime and audience are still unjudged.
    /// </summary>
    public SignedJwt? Recognise(string? token, Func<string, EmulatedTenant?> findTenant) =>
        SignedJwt.TryRead(token) is { } jwt
        && keys.HasSigned(jwt)
        && jwt.Claim("tid") is { } tenantId
        && findTenant(tenantId) is { } tenant
        && jwt.Issuer == tenant.Issuer.AbsoluteUri
            ? jwt
            : null;
}

/// <summary>A token and its dates in Unix seconds, as responses state them.</summary>
internal sealed class IssuedToken(string value, long issuedAt, long expiresOn)
{
    public string Value => value;

    public long IssuedAt => issuedAt;

    public long ExpiresOn => expiresOn;

    public long LifetimeSeconds => expiresOn - issuedAt;
}
