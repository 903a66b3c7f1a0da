using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary><c>POST /{tenant}/oauth2/v2.0/token</c>: client credentials and on-behalf-of.</summary>
internal sealed class EmulatedTokenEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private const string OnBehalfOfGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private readonly ClientCheck _clients = new(entra);

    public override EndpointFaults Faults => entra.Faults.TokenEndpoint;

    public override bool Serves(ReadOnlySpan<string> path) => path is [_, "oauth2", "v2.0", "token"];

    public override JournalEntry Note(EmulatorExchange exchange)
    {
        var credential = exchange.Field("client_assertion") ?? exchange.Field("client_secret");
        var userAssertion = exchange.Field("assertion");
        return new TokenEndpointEntry(exchange.At, exchange.CorrelationId, exchange.Path[0])
        {
            ClientId = exchange.Field("client_id"),
            Scope = exchange.Field("scope"),
            GrantType = exchange.Field("grant_type"),
            Claims = exchange.Field("claims"),
            ClientAuthentication = ClientCheck.MethodOf(exchange),
            CredentialHash = credential is null ? null : EmulatorJournal.Hash(credential),
            UserAssertionHash = userAssertion is null ? null : EmulatorJournal.Hash(userAssertion),
        };
    }

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var journal = (TokenEndpointEntry)entry!;
        var refusal = Refuse(exchange, journal, out var grant);
        if (refusal is not null)
        {
            journal.Error = refusal.Error;
            journal.ErrorCode = refusal.Code;
            return refusal.ToAnswer(exchange);
        }

        var token = entra.Tokens.Issue(grant!);
        journal.TokenHash = EmulatorJournal.Hash(token.Value);
        var body = new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = token.LifetimeSeconds,
            ["ext_expires_in"] = token.LifetimeSeconds,
            ["access_token"] = token.Value,
        };
        if (grant!.UserName is not null)
        {
            body["scope"] = exchange.Field("scope");
        }

        // Entra advises early renewal for long-lived tokens only.
        if (token.LifetimeSeconds > 7200)
        {
            body["refresh_in"] = token.LifetimeSeconds / 2;
        }

        return EmulatedAnswer.Json(200, body);
    }

    private TokenRefusal? Refuse(EmulatorExchange exchange, TokenEndpointEntry journal, out TokenGrant? grant)
    {
        grant = null;
        if (!HttpMethods.IsPost(exchange.Request.Method))
        {
            return TokenRefusals.WrongMethod;
        }

        if (entra.Directory.FindTenant(exchange.Path[0]) is not { } tenant)
        {
            return TokenRefusals.UnknownTenant(exchange.Path[0]);
        }

        foreach (var (name, values) in exchange.Form)
        {
            if (values.Count > 1)
            {
                return TokenRefusals.Malformed($"'{(name.Length <= 40 ? name : name[..40])}' is there more than once.");
            }
        }

        if (exchange.Field("grant_type") is not { } grantType)
        {
            return TokenRefusals.MissingParameter("grant_type");
        }

        if (grantType is not ("client_credentials" or OnBehalfOfGrant))
        {
            return TokenRefusals.UnsupportedGrant(grantType);
        }

        if (exchange.Field("client_id") is not { } clientId)
        {
            return TokenRefusals.MissingParameter("client_id");
        }

        if (exchange.Field("scope") is not { } scope)
        {
            return TokenRefusals.MissingParameter("scope");
        }

        if (exchange.Field("fmi_path") is not null)
        {
            return TokenRefusals.Malformed("'fmi_path' is not something this emulator knows: it has no agent identities.");
        }

        if (!TryReadClaims(exchange.Field("claims"), out var continuousAccess))
        {
            return TokenRefusals.Malformed("'claims' is not a JSON object.");
        }

        if (entra.Directory.FindApplication(clientId) is not { } application || application.PrincipalIn(tenant) is not { } objectId)
        {
            return TokenRefusals.UnknownClient(clientId, tenant);
        }

        if (_clients.Refuse(exchange, tenant, application) is { } refusal)
        {
            return refusal;
        }

        SignedJwt? user = null;
        if (grantType == OnBehalfOfGrant && RefuseUserAssertion(exchange, application, out user) is { } invalidUser)
        {
            return invalidUser;
        }

        var asked = ResourceScope.Read(scope, onBehalfOf: user is not null);
        if (asked.Refusal is not null)
        {
            return asked.Refusal;
        }

        if (!entra.Directory.HasResource(asked.Resource))
        {
            return TokenRefusals.UnknownResource(asked.Resource, tenant);
        }

        grant = new TokenGrant
        {
            Tenant = tenant,
            ClientId = application.ClientId,
            ObjectId = user?.Claim("oid") ?? objectId,
            Audience = asked.Resource,
            Lifetime = entra.TokenLifetime,
            Authentication = journal.ClientAuthentication,
            Roles = user is null ? application.RolesFor(asked.Resource) : [],
            UserName = user?.Claim("preferred_username"),
            Permissions = asked.Permissions,
            ContinuousAccess = continuousAccess,
        };
        return null;
    }

    private TokenRefusal? RefuseUserAssertion(EmulatorExchange exchange, EmulatedApplication application, out SignedJwt? user)
    {
        user = null;
        if (exchange.Field("assertion") is not { } assertion)
        {
            return TokenRefusals.MissingParameter("assertion");
        }

        if (exchange.Field("requested_token_use") is not { } use)
        {
            return TokenRefusals.MissingParameter("requested_token_use");
        }

        if (use != "on_behalf_of")
        {
            return TokenRefusals.UnsupportedUse(use);
        }

        user = entra.Tokens.Recognise(assertion, entra.Directory.FindTenant);
        return user is null ? TokenRefusals.InvalidUserAssertion("this emulator has not signed it.")
            : !user.Audiences.Any(audience => audience == application.ClientId || audience == $"api://{application.ClientId}")
                ? TokenRefusals.InvalidUserAssertion($"its audience is not the application '{application.ClientId}', which presents it.")
            : entra.IsRevoked(assertion) ? TokenRefusals.InvalidUserAssertion("it was revoked.")
            : !user.IsWithinLifetime(entra.Clock.GetUtcNow(), entra.ClockSkew) ? TokenRefusals.UserAssertionOutsideLifetime
            : user.Claim("scp") is null ? TokenRefusals.UserAssertionWithoutUser
            : null;
    }

    /// <summary>Reads the capability <c>cp1</c> out of <c>{"access_token":{"xms_cc":{"values":["cp1"]}}}</c>; false when the text is not a JSON object.</summary>
    private static bool TryReadClaims(string? claims, out bool continuousAccess)
    {
        continuousAccess = false;
        if (claims is null)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(claims, new JsonDocumentOptions { MaxDepth = 16 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            continuousAccess = document.RootElement.TryGetProperty("access_token", out var accessToken) && accessToken.ValueKind == JsonValueKind.Object
                && accessToken.TryGetProperty("xms_cc", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
                && capabilities.TryGetProperty("values", out var values) && values.ValueKind == JsonValueKind.Array
                && values.EnumerateArray().Any(value => value.ValueKind == JsonValueKind.String && value.ValueEquals("cp1"));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
