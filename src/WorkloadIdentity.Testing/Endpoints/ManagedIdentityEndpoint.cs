using Microsoft.AspNetCore.Http;

namespace WorkloadIdentity.Testing;

/// <summary>
/// What the managed identity endpoints share: reading the query, finding the identity, issuing. A host states its address, its rules,
/// its selectors and the form of its answers.
/// </summary>
internal abstract class ManagedIdentityEndpoint(EntraEmulator entra) : EmulatedEndpoint
{
    public override EndpointFaults Faults => Entra.Faults.ManagedIdentity;

    protected EntraEmulator Entra { get; } = entra;

    /// <summary>The host in words, for the journal.</summary>
    protected abstract string Host { get; }

    /// <summary>The query parameters that select an identity, and what each one is compared with.</summary>
    protected abstract IReadOnlyDictionary<string, Func<EmulatedManagedIdentity, string>> Selectors { get; }

    public override JournalEntry Note(EmulatorExchange exchange)
    {
        var selector = Selectors.Keys.FirstOrDefault(exchange.Request.Query.ContainsKey);
        return new ManagedIdentityEntry(exchange.At, exchange.CorrelationId, Host)
        {
            Resource = exchange.Query("resource"),
            Selector = selector is null ? null : $"{selector}={exchange.Request.Query[selector]}",
            IsProbe = IsProbe(exchange),
        };
    }

    public override EmulatedAnswer Answer(EmulatorExchange exchange, JournalEntry? entry)
    {
        var journal = (ManagedIdentityEntry)entry!;
        var refusal = HttpMethods.IsGet(exchange.Request.Method) ? RefuseCaller(exchange) ?? RefuseQuery(exchange.Request.Query)
            : new ManagedIdentityRefusal(405, "invalid_request", "Only GET is allowed.");
        if (refusal is null && Find(exchange, out refusal) is { } identity)
        {
            journal.ClientId = identity.ClientId;
            var resource = exchange.Query("resource")!;
            if (Entra.Directory.HasResource(resource))
            {
                var token = Entra.Tokens.Issue(new TokenGrant
                {
                    Tenant = identity.Tenant,
                    ClientId = identity.ClientId,
                    ObjectId = identity.ObjectId,
                    Audience = resource,
                    Lifetime = Entra.ManagedIdentityTokenLifetime,
                    Authentication = ClientAuthenticationMethod.Certificate,
                    Roles = identity.RolesFor(resource),
                    ResourceId = identity.ResourceId,
                });
                journal.TokenHash = EmulatorJournal.Hash(token.Value);
                return Write(token, identity, resource);
            }

            refusal = new ManagedIdentityRefusal(400, "invalid_resource", "AADSTS500011: The resource is not in the tenant. Add it with entra.AddApi(). (Emulator: AcceptsAnyResource is off.)");
        }

        journal.Error = refusal!.Error;
        return Write(refusal, exchange);
    }

    protected virtual bool IsProbe(EmulatorExchange exchange) => false;

    /// <summary>Null when the request comes as the host demands: header, version.</summary>
    protected abstract ManagedIdentityRefusal? RefuseCaller(EmulatorExchange exchange);

    /// <summary>The identity for a request without a selector; null with the reason when there is none.</summary>
    protected abstract EmulatedManagedIdentity? FindDefault(out ManagedIdentityRefusal? refusal);

    protected abstract ManagedIdentityRefusal IdentityNotFound { get; }

    protected abstract EmulatedAnswer Write(IssuedToken token, EmulatedManagedIdentity identity, string resource);

    protected abstract EmulatedAnswer Write(ManagedIdentityRefusal refusal, EmulatorExchange exchange);

    /// <summary>
    /// Real hosts ignore a parameter they do not know, and answer a misspelt selector with another identity's token.
    /// The emulator refuses it, so that the mistake is found in a test.
    /// </summary>
    private ManagedIdentityRefusal? RefuseQuery(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (values.Count > 1)
            {
                return new ManagedIdentityRefusal(400, "invalid_request", "A query parameter is there more than once.");
            }

            if (name is not ("api-version" or "resource" or "bypass_cache") && !Selectors.ContainsKey(name))
            {
                return new ManagedIdentityRefusal(400, "invalid_request", $"{Host} knows these selectors only: {string.Join(", ", Selectors.Keys)}. (The emulator refuses what the real host ignores.)");
            }
        }

        return query["resource"] is not [{ Length: > 0 }] ? new ManagedIdentityRefusal(400, "invalid_resource", "The parameter 'resource' is missing.")
            : Selectors.Keys.Count(query.ContainsKey) > 1 ? new ManagedIdentityRefusal(400, "invalid_request", "Only one selector is allowed.")
            : null;
    }

    private EmulatedManagedIdentity? Find(EmulatorExchange exchange, out ManagedIdentityRefusal? refusal)
    {
        refusal = null;
        foreach (var (name, property) in Selectors)
        {
            if (exchange.Request.Query.TryGetValue(name, out var value))
            {
                var found = Entra.Directory.Identities.FirstOrDefault(identity => property(identity).Equals(value, StringComparison.OrdinalIgnoreCase));
                refusal = found is null ? IdentityNotFound : null;
                return found;
            }
        }

        return FindDefault(out refusal);
    }
}
