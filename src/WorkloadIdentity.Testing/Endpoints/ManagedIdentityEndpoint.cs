using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the managed identity endpoints share: reading the query, finding the identity, issuing. A host states its address, its rules,
/// its selectors and the form of its answers.
/// </summary>
internal abstract class ManagedIdentityEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    public override EndpointFaults Faults => Entra.Faults.ManagedIdentity;

    /// <summary>The hosts lie on the machine itself, or a hop away, and speak plain http.</summary>
    public override bool IsServedOver(bool https) => !https;

    protected EntraEmulator Entra { get; } = entra;

    /// <summary>The host in words, for the journal.</summary>
    protected abstract string Host { get; }

    /// <summary>The one HTTP method it answers.</summary>
    protected virtual string Method => HttpMethods.Get;

    /// <summary>The query parameters that select an identity, and what each one is compared with.</summary>
    protected abstract IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; }

    public override JournalEntry Note(EmulatorExchange exchange)
    {
        var selector = SelectorOf(exchange);
        return new ManagedIdentityEntry(exchange.At, exchange.CorrelationId, Host)
        {
            Resource = ResourceOf(exchange),
            Selector = selector is null ? null : $"{selector}={exchange.Request.Query[selector]}",
            IsProbe = IsProbe(exchange),
        };
    }

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var journal = (ManagedIdentityEntry)entry!;
        var refusal = exchange.Request.Method == Method ? RefuseCaller(exchange) ?? RefuseParameters(exchange)
            : new ManagedIdentityRefusal(405, "invalid_request", $"Only {Method} is allowed.");
        if (refusal is null && Find(exchange, out refusal) is { } identity)
        {
            journal.ClientId = identity.ClientId;
            var resource = ResourceOf(exchange)!;
            if (Entra.Directory.HasResource(resource))
            {
                var grant = new TokenGrant
                {
                    Tenant = identity.Tenant,
                    ClientId = identity.ClientId,
                    ObjectId = identity.ObjectId,
                    Audience = resource,
                    Lifetime = Entra.ManagedIdentityTokenLifetime,
                    Authentication = ClientAuthenticationMethod.Certificate,
                    Roles = identity.RolesFor(resource),
                    ResourceId = identity.ResourceId,
                    Sessions = identity.Sessions,
                };
                var token = Issue(grant, exchange);
                journal.TokenHash = EmulatorJournal.Hash(token.Value);
                return Write(token, identity, resource, SelectorOf(exchange));
            }

            refusal =
                new ManagedIdentityRefusal(
                    400,
                    "invalid_resource",
                    "AADSTS500011: The resource is not in the tenant. Add it with entra.AddApi(). (Emulator: AcceptsAnyResource is off)");
        }

        journal.Refuse(refusal!.Error, refusal.Message);
        return Write(refusal, exchange);
    }

    protected virtual bool IsProbe(EmulatorExchange exchange) => false;

    /// <summary>Whether the host knows a parameter beyond version, resource and selectors.</summary>
    protected virtual bool Knows(string parameter) => false;

    /// <summary>The token for a request that is in order.</summary>
    protected virtual IssuedToken Issue(TokenGrant grant, EmulatorExchange exchange) => Entra.Tokens.Issue(grant);

    /// <summary>Null when the request comes as the host demands: header, version.</summary>
    protected abstract ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange);

    /// <summary>
    /// The identity for a request without a selector, most often the system-assigned one; null with the reason when there is none.
    /// </summary>
    protected virtual EmulatedManagedIdentity? FindDefault(out ManagedIdentityRefusal? refusal)
    {
        var found = Entra.Directory.Identities.FirstOrDefault(identity => identity.IsSystemAssigned);
        refusal = found is null ? NoDefault : null;
        return found;
    }

    protected abstract ManagedIdentityRefusal IdentityNotFound { get; }

    /// <summary>What is said where an identity was not named and there is no system-assigned one.</summary>
    protected virtual ManagedIdentityRefusal NoDefault => IdentityNotFound;

    /// <summary>The answer with a token; <paramref name="selector"/> is the parameter that selected the identity, if one did.</summary>
    protected abstract EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource, string? selector);

    protected abstract EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange);

    /// <summary>A refusal in the form that App Service has given it since 2017.</summary>
    protected static EmulatedAnswer WriteStatusCode(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        EmulatedAnswer.Json(refusal.Status, new JsonObject
        {
            ["statusCode"] = refusal.Status,
            ["message"] = refusal.Message,
            ["correlationId"] = exchange.CorrelationId,
        });

    /// <summary>An answer of Service Fabric's, whose protocol Container Instances speaks too.</summary>
    protected static EmulatedAnswer WriteFabric(IssuedToken token, string resource) => EmulatedAnswer.Json(200, new JsonObject
    {
        ["token_type"] = "Bearer",
        ["access_token"] = token.Value,
        ["expires_on"] = token.ExpiresOn,
        ["resource"] = resource,
    });

    /// <summary>A refusal of Service Fabric's.</summary>
    protected static EmulatedAnswer WriteFabric(ManagedIdentityRefusal refusal, EmulatorExchange exchange) =>
        EmulatedAnswer.Json(refusal.Status, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["correlationId"] = exchange.CorrelationId,
                ["code"] = refusal.Error,
                ["message"] = refusal.Message,
            },
        });

    /// <summary>
    /// Real hosts ignore a parameter they do not know, and answer a misspelt selector with another identity's token.
    /// The emulator refuses it, so that the mistake is found in a test.
    /// </summary>
    private ManagedIdentityRefusal? RefuseParameters(EmulatorExchange exchange)
    {
        foreach (var (name, values) in exchange.Request.Query.Concat(exchange.Form))
        {
            if (values.Count > 1)
            {
                return new ManagedIdentityRefusal(400, "invalid_request", "A query parameter is there more than once.");
            }

            if (name is not ("api-version" or "resource" or "bypass_cache") && !Selectors.ContainsKey(name) && !Knows(name))
            {
                return new ManagedIdentityRefusal(
                    400,
                    "invalid_request",
                    $"{Host} knows these selectors only: {string.Join(
                        ", ", Selectors.Keys)}. (The emulator refuses what the real host ignores.)");
            }
        }

        return ResourceOf(exchange) is null ? new ManagedIdentityRefusal(400, "invalid_resource", "The parameter 'resource' is missing.")
            : Selectors.Keys.Count(exchange.Request.Query.ContainsKey) > 1
            ? new ManagedIdentityRefusal(400, "invalid_request", "Only one selector is allowed.")
            : null;
    }

    private string? ResourceOf(EmulatorExchange exchange) =>
        Method == HttpMethods.Get ? exchange.Query("resource") : exchange.Field("resource");

    private string? SelectorOf(EmulatorExchange exchange) => Selectors.Keys.FirstOrDefault(exchange.Request.Query.ContainsKey);

    private EmulatedManagedIdentity? Find(EmulatorExchange exchange, out ManagedIdentityRefusal? refusal)
    {
        refusal = null;
        foreach (var (name, property) in Selectors)
        {
            if (exchange.Request.Query.TryGetValue(name, out var value))
            {
                var found =
                    Entra.Directory.Identities.FirstOrDefault(
                        identity => property(identity).Equals(value, StringComparison.OrdinalIgnoreCase));
                refusal = found is null ? IdentityNotFound : null;
                return found;
            }
        }

        return FindDefault(out refusal);
    }
}
