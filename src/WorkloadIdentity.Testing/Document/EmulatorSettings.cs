namespace WorkloadIdentity.Testing;

/// <summary>A whole document, read and checked against itself: what refers to something, refers to something that is there.</summary>
internal sealed class EmulatorSettings
{
    // A process is started again and again, and programs are pointed at it by these: they stay unless the file states others.
    private const string TenantId = "e0e0e0e0-0000-4000-8000-000000000001";
    private const string ClientId = "e0e0e0e0-0000-4000-8000-000000000002";

    private readonly List<(Func<EmulatorFaults, EndpointFaults> Of, FaultSettings Settings)> _faults = [];
    private ServerSettings _server = null!;
    private BehaviourSettings _behaviour = null!;
    private IReadOnlyList<TenantSettings> _tenants = [];
    private IReadOnlyList<IssuerSettings> _issuers = [];
    private IReadOnlyList<ApiSettings> _apis = [];
    private IReadOnlyList<IdentitySettings> _identities = [];
    private IReadOnlyList<ApplicationSettings> _applications = [];

    public static EmulatorSettings Read(DocumentObject at)
    {
        var settings = new EmulatorSettings
        {
            _server = ServerSettings.Read(at),
            _behaviour = BehaviourSettings.Read(at),
            _tenants = [.. at.Objects("tenants").Select(TenantSettings.Read)],
            _issuers = [.. at.Objects("issuers").Select(IssuerSettings.Read)],
            _apis = [.. at.Objects("apis").Select(ApiSettings.Read)],
            _identities = [.. at.Objects("managedIdentities").Select(IdentitySettings.Read)],
            _applications = [.. at.Objects("applications").Select(ApplicationSettings.Read)],
        };
        if (at.Object("faults") is { } faults)
        {
            foreach (var (name, of) in FaultSettings.Kinds)
            {
                if (faults.Object(name) is { } kind)
                {
                    settings._faults.Add((of, FaultSettings.Read(kind, of(new EmulatorFaults()))));
                }
            }
        }

        settings.Check(at);
        return settings;
    }

    public async Task<EntraEmulator> StartAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var options = _server.ToOptions(clock);
        (options.TenantId, options.ClientId) = (TenantId, ClientId);
        if (_tenants is [var first, ..])
        {
            (options.TenantId, options.TenantDomains) = (first.Id, first.Domains);
        }

        options.HasSystemAssignedIdentity &= !_identities.Any(identity => identity.IsSystemAssigned);
        var entra = await EntraEmulator.StartAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            Apply(entra);
            await _server.WriteFilesAsync(entra, cancellationToken).ConfigureAwait(false);
            return entra;
        }
        catch
        {
            await entra.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private void Apply(EntraEmulator entra)
    {
        foreach (var tenant in _tenants.Skip(1))
        {
            tenant.AddTo(entra);
        }

        foreach (var issuer in _issuers)
        {
            issuer.AddTo(entra);
        }

        foreach (var api in _apis)
        {
            api.AddTo(entra);
        }

        foreach (var identity in _identities)
        {
            identity.AddTo(entra);
        }

        // What a file states was there long before: only what is added later has to become known.
        entra.StatedApplications = [.. _applications.Select(application => application.AddTo(entra))];

        _behaviour.ApplyTo(entra);
        foreach (var (of, faults) in _faults)
        {
            faults.ApplyTo(of(entra.Faults));
        }
    }

    /// <summary>What is there twice, and what is referred to and is not there.</summary>
    private void Check(DocumentObject at)
    {
        Once(at, "tenants", _tenants.Select(tenant => tenant.Domains.Append(tenant.Id)));
        Once(at, "issuers", _issuers.Select(issuer => new[] { issuer.Url }.OfType<string>()));
        Once(at, "apis", _apis.Select(api => new[] { api.Audience }.OfType<string>()));
        Once(at, "managedIdentities", _identities.Select(identity => new[] { identity.ClientId }));
        Once(at, "applications", _applications.Select(application => application.AgentIdentities.Append(application.ClientId)));
        if (_identities.Count(identity => identity.IsSystemAssigned) > 1)
        {
            at.Report("managedIdentities", "A machine has one system-assigned identity at most.");
        }

        var tenants = _tenants.SelectMany(tenant => tenant.Domains.Append(tenant.Id)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var apis = _apis.Select(api => api.Audience).Append("api://emulated-api").ToHashSet();
        var issuers = _issuers.Select(issuer => issuer.Url).ToHashSet();
        foreach (var (application, index) in _applications.Select((application, index) => (application, index)))
        {
            foreach (var tenant in application.Tenants.Append(application.Tenant).OfType<string>()
                .Where(tenant => !tenants.Contains(tenant)))
            {
                at.Report($"applications[{index}]", $"There is no tenant '{tenant}'. Add it to 'tenants'.");
            }

            foreach (var federated in application.FederatedCredentials.Where(
                federated => federated.Issuer is { Length: > 0 } url && !issuers.Contains(url)))
            {
                federated.Report(
                    $"There is no issuer '{federated.Issuer}'. Add it to 'issuers', written in the very same way (with \"isReachable\": "
                        + "false, if Entra is not to find its keys).");
            }

            foreach (var federated in application.FederatedCredentials.Where(federated => federated.ManagedIdentity is { } id
                && !_identities.Any(
                    identity => !identity.IsSystemAssigned && identity.ClientId.Equals(id, StringComparison.OrdinalIgnoreCase))))
            {
                federated.Report(
                    $"There is no user-assigned managed identity '{federated.ManagedIdentity}'. Add it to 'managedIdentities'.");
            }
        }

        foreach (var role in _applications.SelectMany(application => application.Roles)
            .Concat(_identities.SelectMany(identity => identity.Roles)).Where(role => role.Api.Length > 0 && !apis.Contains(role.Api)))
        {
            role.Report($"There is no API '{role.Api}'. Add it to 'apis'.");
        }
    }

    private static void Once(DocumentObject at, string list, IEnumerable<IEnumerable<string>> names)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, index) in names.SelectMany((each, index) => each.Select(name => (name, index)))
            .Where(each => each.name.Length > 0 && !seen.Add(each.name)))
        {
            at.Report($"{list}[{index}]", $"'{name}' is there already.");
        }
    }
}
