namespace WorkloadIdentity.Testing;

/// <content>What a test adds to the directory.</content>
public sealed partial class EntraEmulator
{
    /// <summary>Adds a tenant.</summary>
    /// <param name="tenantId">Its id, a GUID; a new one when null.</param>
    /// <param name="domains">Domain names under which it is reached as well.</param>
    /// <exception cref="ArgumentException">The id is no GUID, a domain is no domain name, or one of them is taken.</exception>
    public EmulatedTenant AddTenant(string? tenantId = null, params IEnumerable<string> domains)
    {
        ArgumentNullException.ThrowIfNull(domains);
        var names = domains.ToList();
        if (names.Find(name => !EmulatedTenant.IsDomain(name)) is { } bad)
        {
            throw new ArgumentException($"'{bad}' is no domain name. Expected something like contoso.example.", nameof(domains));
        }

        return Directory.Add(new EmulatedTenant(RequireGuid(tenantId, "tenant id", nameof(tenantId)), names, AuthorityHost));
    }

    /// <summary>Adds an application without credentials.</summary>
    /// <param name="clientId">Its client id, a GUID; a new one when null.</param>
    /// <param name="tenant">Its home tenant; <see cref="Tenant"/> when null.</param>
    /// <exception cref="ArgumentException">The id is no GUID, or is taken.</exception>
    public EmulatedApplication AddApplication(string? clientId = null, EmulatedTenant? tenant = null) =>
        Directory.Add(new EmulatedApplication(this, tenant ?? Tenant, RequireGuid(clientId, "client id", nameof(clientId))));

    /// <summary>Adds an agent identity: it has no credentials of its own, and proves itself with its blueprint's token.</summary>
    /// <param name="blueprint">The blueprint, an application of the same tenant. Its token authenticates the agent identity.</param>
    /// <param name="clientId">Its client id, a GUID; a new one when null.</param>
    /// <exception cref="ArgumentException">The blueprint is an agent identity itself, or the id is no GUID or is taken.</exception>
    public EmulatedApplication AddAgentIdentity(EmulatedApplication blueprint, string? clientId = null)
    {
        ArgumentNullException.ThrowIfNull(blueprint);
        return blueprint.Blueprint is null
            ? Directory.Add(
                new EmulatedApplication(this, blueprint.Tenant, RequireGuid(clientId, "client id", nameof(clientId)), blueprint))
            : throw new ArgumentException("An agent identity cannot be the blueprint of another one.", nameof(blueprint));
    }

    /// <summary>Adds an identity provider outside Entra, with a key of its own, whose assertions can be verified here.</summary>
    /// <param name="url">The <c>iss</c> of its assertions, such as <c>https://token.actions.githubusercontent.com</c>; an address of this
    /// emulator when null.</param>
    /// <exception cref="ArgumentException">The URL is not absolute, or is taken.</exception>
    public EmulatedIssuer AddIssuer(string? url = null) => AddIssuer(EmulatedIssuerKind.Any, url);

    /// <summary>
    /// Adds an identity provider outside Entra whose assertions resemble those of a kind: GitHub's, a Kubernetes cluster's, GitLab's.
    /// </summary>
    /// <param name="kind">Whose they resemble.</param>
    /// <param name="url">The <c>iss</c>; when null that of GitHub or GitLab themselves, otherwise an address of this emulator.</param>
    /// <exception cref="ArgumentException">The URL is not absolute, or is taken.</exception>
    public EmulatedIssuer AddIssuer(EmulatedIssuerKind kind, string? url = null)
    {
        var profile = IssuerProfile.Of(kind);
        var address = $"{AuthorityHost.AbsoluteUri}issuers/{Interlocked.Increment(ref _nextName)}";
        url ??= profile.Url;
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"))
        {
            throw new ArgumentException(
                "An issuer is an absolute https URL, such as https://token.actions.githubusercontent.com.", nameof(url));
        }

        var keys = new SigningKeys(hasCertificates: false);
        try
        {
            return Directory.Add(new EmulatedIssuer(
                url ?? (profile.EndsInSlash ? $"{address}/" : address), kind, new Uri($"{address}/.well-known/openid-configuration"), keys,
                Clock));
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Adds a protected API beside <see cref="Api"/>.</summary>
    /// <param name="audience">The resource, such as <c>api://orders</c> or <c>https://graph.microsoft.com</c>.</param>
    /// <exception cref="ArgumentException">The audience is empty, is a scope, or is taken.</exception>
    public EmulatedApi AddApi(string audience)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(audience);
        if (audience.EndsWith("/.default", StringComparison.Ordinal) || audience.Contains(' ', StringComparison.Ordinal))
        {
            throw new ArgumentException("An audience is a resource, not a scope: leave out '/.default'.", nameof(audience));
        }

        return Directory.Add(
            new EmulatedApi(audience, new Uri($"{AuthorityHost.AbsoluteUri}apis/{Interlocked.Increment(ref _nextName)}/")));
    }

    /// <summary>
    /// Adds an API that resembles Microsoft Graph: applications, service principals, permissions, grants, directory roles, risks, policies,
    /// reviews and reports, for reading, with Graph's queries, permissions, licences, limits and errors. It answers below <c>v1.0</c> and
    /// <c>beta</c> of its <see cref="EmulatedApi.Url"/>, and knows the emulator's own applications and identities.
    /// </summary>
    /// <param name="options">What it knows beside them, and how it behaves; the defaults when null.</param>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public EmulatedApi AddGraph(EmulatedGraphOptions? options = null) => Directory.Add(new EmulatedApi(
        GraphApi.Audience, new Uri($"{AuthorityHost.AbsoluteUri}apis/graph/"), new GraphApi(this, options ?? new EmulatedGraphOptions())));

    /// <summary>Adds a user-assigned managed identity to the machine.</summary>
    /// <param name="clientId">Its client id, a GUID; a new one when null.</param>
    /// <param name="objectId">Its object (principal) id, a GUID; a new one when null.</param>
    /// <param name="resourceId">Its ARM id; one made of the client id when null.</param>
    /// <exception cref="ArgumentException">An id is no GUID, or the client id is taken.</exception>
    public EmulatedManagedIdentity AddManagedIdentity(string? clientId = null, string? objectId = null, string? resourceId = null) =>
        AddIdentity(isSystemAssigned: false, clientId, objectId, resourceId);

    private static string RequireGuid(string? value, string what, string parameter) =>
        value is null ? Guid.NewGuid().ToString()
        : Guid.TryParseExact(value, "D", out _) ? value
        : throw new ArgumentException($"The {what} '{value}' is no GUID such as 72f988bf-86f1-41af-91ab-2d7cd011db47.", parameter);

    private EmulatedManagedIdentity AddIdentity(bool isSystemAssigned, string? clientId, string? objectId, string? resourceId)
    {
        var id = RequireGuid(clientId, "client id", nameof(clientId));
        var kind = isSystemAssigned ? "Microsoft.Compute/virtualMachines" : "Microsoft.ManagedIdentity/userAssignedIdentities";
        return Directory.Add(new EmulatedManagedIdentity(
            Tenant,
            isSystemAssigned,
            id,
            RequireGuid(objectId, "object id", nameof(objectId)),
            resourceId ?? $"/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/emulated/providers/{kind}/{id[..8]}"));
    }

    /// <summary>Adds the machine's system-assigned identity, with given ids.</summary>
    internal EmulatedManagedIdentity AddSystemAssignedIdentity(string clientId, string? objectId, string? resourceId) =>
        _systemAssigned is null ? _systemAssigned = AddIdentity(isSystemAssigned: true, clientId, objectId, resourceId)
        : throw new ArgumentException("The machine has a system-assigned managed identity already.");

    internal EmulatedTenant RequireTenant(string name) =>
        Directory.FindTenant(name) ?? throw new ArgumentException($"There is no tenant '{name}' here.");

    internal EmulatedApi RequireApi(string audience) =>
        Directory.FindApi(audience) ?? throw new ArgumentException($"There is no API with the audience '{audience}' here.");
}
