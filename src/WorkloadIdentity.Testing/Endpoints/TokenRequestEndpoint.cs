using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary><c>POST /{tenant}/oauth2/v2.0/token</c>: client credentials, on-behalf-of, and an agent's user.</summary>
internal sealed class TokenRequestEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    private const string OnBehalfOfGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private readonly ClientCheck _clients = new(entra);
    private readonly UserAssertionCheck _users = new(entra);
    private readonly AgentUserCheck _agentUsers = new(entra);
    private readonly BindingCheck _bindings = new(entra);

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
            FmiPath = exchange.Field("fmi_path"),
            AgentUser = exchange.Field("user_id") ?? exchange.Field("username"),
            TokenType = exchange.Field("token_type"),
            CertificateThumbprint = exchange.CertificateThumbprint,
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
            journal.Refuse(refusal.Error, refusal.Message);
            journal.ErrorCode = refusal.Code;
            return refusal.ToAnswer(exchange);
        }

        var token = entra.Tokens.Issue(grant!);
        journal.TokenHash = EmulatorJournal.Hash(token.Value);
        var body = new JsonObject
        {
            ["token_type"] = grant!.BoundTo is null ? "Bearer" : BindingCheck.TokenType,
            ["expires_in"] = token.LifetimeSeconds,
            ["ext_expires_in"] = token.LifetimeSeconds,
            ["access_token"] = token.Value,
        };
        if (grant.UserName is not null)
        {
            body["scope"] = exchange.Field("scope");
            if (exchange.Field("client_info") == "1")
            {
                // Who the user is, for a client that keeps tokens by user.
                body["client_info"] = Base64Url.EncodeToString(
                    Encoding.UTF8.GetBytes(new JsonObject { ["uid"] = grant.ObjectId, ["utid"] = grant.Tenant.Id }.ToJsonString()));
            }
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
        if (RefuseAddress(exchange, out var tenant) is { } wrongAddress)
        {
            return wrongAddress;
        }

        if (RefuseForm(exchange, out var continuousAccess) is { } malformed)
        {
            return malformed;
        }

        var clientId = exchange.Field("client_id")!;
        if (entra.Directory.FindApplication(clientId) is not { } application || application.PrincipalIn(tenant!) is not { } objectId)
        {
            return TokenRefusals.UnknownClient(clientId, tenant!);
        }

        if ((_clients.Refuse(exchange, tenant!, application) ?? application.Refusal) is { } refusal)
        {
            return refusal;
        }

        if (RefuseUser(exchange, tenant!, application, out var user) is { } invalidUser)
        {
            return invalidUser;
        }

        var asked = ResourceScope.Read(exchange.Field("scope")!, onBehalfOf: user is not null);
        if ((asked.Refusal ?? RefuseResource(asked.Resource, tenant!) ?? _bindings.Refuse(exchange, user is not null, asked.Resource))
            is { } wrongResource)
        {
            return wrongResource;
        }

        if (RefuseAgent(exchange, application, user, asked.Resource, out var agent) is { } wrongAgent)
        {
            return wrongAgent;
        }

        grant = new TokenGrant
        {
            Subject = agent?.AgentSubject,
            Tenant = tenant!,
            ClientId = application.ClientId,
            ObjectId = user?.ObjectId ?? objectId,
            Audience = asked.Resource,
            Lifetime = entra.TokenLifetime,
            Authentication = journal.ClientAuthentication,
            Roles = user is null ? application.RolesFor(asked.Resource) : [],
            UserName = user?.Name,
            Permissions = asked.Permissions,
            ContinuousAccess = continuousAccess,
            BoundTo = BindingCheck.IsAsked(exchange) ? exchange.CertificateThumbprint : null,
            Sessions = application.Sessions,
        };
        return null;
    }

    /// <summary>Null when the token is for nobody else, or for the user who is named; otherwise why there is none for that user.</summary>
    private TokenRefusal? RefuseUser(
        EmulatorExchange exchange, EmulatedTenant tenant, EmulatedApplication application, out GrantedUser? user)
    {
        user = null;
        switch (exchange.Field("grant_type"))
        {
            case OnBehalfOfGrant when _users.Refuse(exchange, tenant, application, out var assertion) is var refusal:
                user = assertion is null ? null : new GrantedUser(assertion.Claim("oid"), assertion.Claim("preferred_username"));
                return refusal;
            case AgentUserCheck.Grant when _agentUsers.Refuse(exchange, tenant, application, out var account) is var refusal:
                user = account is null ? null : new GrantedUser(account.ObjectId, account.UserName);
                return refusal;
            default:
                return null;
        }
    }

    private TokenRefusal? RefuseAddress(EmulatorExchange exchange, out EmulatedTenant? tenant)
    {
        tenant = null;
        if (!HttpMethods.IsPost(exchange.Request.Method))
        {
            return TokenRefusals.WrongMethod;
        }

        tenant = entra.Directory.FindTenant(exchange.Path[0]);
        return tenant is not null ? null
            : exchange.Path[0].ToLowerInvariant() is "common" or "organizations" or "consumers" ? TokenRefusals.NoTenant
            : TokenRefusals.UnknownTenant(exchange.Path[0]);
    }

    private static TokenRefusal? RefuseForm(EmulatorExchange exchange, out bool continuousAccess)
    {
        continuousAccess = false;
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

        if (grantType is not ("client_credentials" or OnBehalfOfGrant or AgentUserCheck.Grant))
        {
            return TokenRefusals.UnsupportedGrant(grantType);
        }

        if (exchange.Field("client_id") is null)
        {
            return TokenRefusals.MissingParameter("client_id");
        }

        if (exchange.Field("scope") is null)
        {
            return TokenRefusals.MissingParameter("scope");
        }

        return RequestedClaims.TryRead(exchange.Field("claims"), out continuousAccess)
            ? null
            : TokenRefusals.Malformed("'claims' is not a JSON object.");
    }

    private TokenRefusal? RefuseResource(string resource, EmulatedTenant tenant) =>
        entra.Directory.HasResource(resource) ? null : TokenRefusals.UnknownResource(resource, tenant);

    private TokenRefusal? RefuseAgent(
        EmulatorExchange exchange, EmulatedApplication application, GrantedUser? user, string resource, out EmulatedApplication? agent)
    {
        agent = null;
        if (exchange.Field("fmi_path") is not { } fmiPath)
        {
            return null;
        }

        agent = entra.Directory.FindApplication(fmiPath);
        return agent?.Blueprint == application && user is null && resource == EmulatedIssuer.ExchangeAudience
            ? null
            : TokenRefusals.Malformed(
                $"'fmi_path' goes with client credentials for '{EmulatedIssuer.ExchangeAudience}/.default', and names an agent identity "
                    + "of the application that asks. Add it with entra.AddAgentIdentity().");
    }

    private sealed record GrantedUser(string? ObjectId, string? Name);
}
