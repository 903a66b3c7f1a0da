using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.Testing;

/// <summary>Everything that was added to an emulator, and how requests find it. Safe for concurrent use.</summary>
internal sealed class EmulatedDirectory(bool acceptsAnyResource)
{
    /// <summary>The client of user tokens made by hand: nobody's application in particular.</summary>
    public const string FirstPartyClientId = "00000000-e000-4000-8000-000000000001";

    private readonly ConcurrentDictionary<string, EmulatedTenant> _tenants = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, EmulatedApplication> _applications = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, EmulatedApi> _apisByAudience = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EmulatedIssuer> _issuersByUrl = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EmulatedManagedIdentity> _identities = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<EmulatedManagedIdentity> Identities => _identities.Values;

    public IEnumerable<EmulatedApplication> Applications =>
        _applications.Values.OrderBy(application => application.ClientId, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<EmulatedTenant> Tenants => _tenants.Values.Distinct().OrderBy(tenant => tenant.Id, StringComparer.OrdinalIgnoreCase);

    public IEnumerable<EmulatedIssuer> Issuers => _issuersByUrl.Values;

    public IEnumerable<EmulatedApi> Apis => _apisByAudience.Values;

    public EmulatedTenant Add(EmulatedTenant tenant)
    {
        foreach (var name in tenant.Domains.Prepend(tenant.Id))
        {
            Add(_tenants, name, tenant, "tenant");
        }

        return tenant;
    }

    public EmulatedApplication Add(EmulatedApplication application) => Add(_applications, application.ClientId, application, "application");

    public EmulatedApi Add(EmulatedApi api) => Add(_apisByAudience, api.Audience, api, "API");

    public EmulatedIssuer Add(EmulatedIssuer issuer) => Add(_issuersByUrl, issuer.Url, issuer, "issuer");

    public EmulatedManagedIdentity Add(EmulatedManagedIdentity identity) =>
        Add(_identities, identity.ClientId, identity, "managed identity");

    public EmulatedTenant? FindTenant(string name) => _tenants.GetValueOrDefault(name);

    public EmulatedApplication? FindApplication(string clientId) => _applications.GetValueOrDefault(clientId);

    public EmulatedManagedIdentity? FindIdentity(string clientId) => _identities.GetValueOrDefault(clientId);

    public EmulatedApi? FindApi(string audience) => _apisByAudience.GetValueOrDefault(audience);

    public EmulatedIssuer? FindIssuer(string url) => _issuersByUrl.GetValueOrDefault(url);

    /// <summary>
    /// Whether tokens can be had for <paramref name="resource"/>: an API or application that was added, the exchange, or anything if so
    /// chosen.
    /// </summary>
    public bool HasResource(string resource) =>
        acceptsAnyResource && (Guid.TryParseExact(resource, "D", out _) || Uri.TryCreate(resource, UriKind.Absolute, out _))
        || _apisByAudience.ContainsKey(resource)
        || resource == EmulatedIssuer.ExchangeAudience
        || _applications.ContainsKey(resource.StartsWith("api://", StringComparison.Ordinal) ? resource["api://".Length..] : resource);

    /// <summary>The same user or service has the same object id in a tenant, with no table to keep.</summary>
    public static string ObjectIdOf(EmulatedTenant tenant, string name) =>
        new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant.Id}\n{name}")).AsSpan(0, 16)).ToString();

    private static T Add<T>(ConcurrentDictionary<string, T> table, string key, T value, string what) => table.TryAdd(key, value)
        ? value
        : throw new ArgumentException($"The emulator already has the {what} '{key}'.");
}
