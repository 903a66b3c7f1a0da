namespace WorkloadIdentity.Testing;

/// <summary>
/// The directory of one tenant as Graph sees it: the generated objects first, then what was added to the emulator. Rows are made when they
/// are asked for.
/// </summary>
internal sealed class GraphDirectory
{
    private readonly EntraEmulator _entra;
    private readonly EmulatedTenant _tenant;
    private readonly DateTimeOffset _since;

    public GraphDirectory(EntraEmulator entra, EmulatedTenant tenant, EmulatedGraphOptions options, DateTimeOffset since)
    {
        (_entra, _tenant, _since) = (entra, tenant, since);

        // Only the first tenant has generated objects.
        Seeded = new SeededTenant(
            new SeededIds(options.Seed),
            tenant == entra.Tenant ? options.ServicePrincipals : 0,
            new DateTimeOffset(since.UtcDateTime.Date, default),
            tenant.Id,
            EmulatedDirectory.ObjectIdOf(tenant, GraphApi.Audience));
    }

    public SeededTenant Seeded { get; }

    public DirectoryChanges Changes { get; } = new();

    public EmulatedTenant Tenant => _tenant;

    /// <summary>How many users the tenant has: what its limits depend on.</summary>
    public int Users => Seeded.Users;

    public GraphRows<PrincipalRow> Principals()
    {
        var own = OwnPrincipals();
        return new(
            Seeded.Count + own.Count,
            place => Present<PrincipalRow>(place < Seeded.Count ? new SeededPrincipal(Seeded, place) : own[place - Seeded.Count]),
            key => Present(FindPrincipal(key, own)));
    }

    public GraphRows<ApplicationRow> Applications()
    {
        var own = OwnApplications();
        return new(
            Seeded.Applications + own.Count,
            place => Present<ApplicationRow>(
                place < Seeded.Applications ? new SeededApplication(Seeded, place) : own[place - Seeded.Applications]),
            key => Present(FindApplication(key, own)));
    }

    public GraphRows<GrantRow> Grants() => new(
        Seeded.Grants, place => Present(SeededGrants.At(Seeded, place)), id => Present(SeededGrants.Find(Seeded, id)));

    /// <summary>The permissions that a principal holds.</summary>
    public IReadOnlyList<AssignmentRow> Held(PrincipalRow principal) => principal is SeededPrincipal { Index: var index }
        ? [.. Enumerable.Range(0, SeededTenant.AssignmentsEach).Select(number => Assignment(index, number))]
        : [.. OwnAssignments(OwnResources()).Where(assignment => assignment.Principal.Id == principal.Id)];

    /// <summary>The permissions that a resource offers; of a generated Graph also those that the own applications hold.</summary>
    public IReadOnlyList<AppRoleRow> RolesOf(PrincipalRow resource) =>
        resource is SeededPrincipal { AppId: SeededTenant.GraphAppId }
            ? [.. resource.AppRoles, .. OwnResources().Where(own => own.Audience == GraphApi.Audience).SelectMany(own => own.AppRoles)
                .Where(own => !resource.AppRoles.Any(known => known.Value == own.Value))]
            : resource.AppRoles;

    /// <summary>Who holds permissions of a resource.</summary>
    public GraphRows<AssignmentRow> AssignedTo(PrincipalRow resource)
    {
        var own = OwnAssignments(OwnResources()).Where(assignment => assignment.Resource.Id == resource.Id).ToList();
        var generated = resource is SeededPrincipal { Index: var index } && Seeded.ResourceOf(index) is { } number ? number : (int?)null;
        var count = generated is { } of ? Seeded.AssignmentsOf(of) : 0;
        return new(count + own.Count, place =>
        {
            if (place >= count)
            {
                return own[place - count];
            }

            var (principal, which) = Seeded.AssignmentAt(generated!.Value, place);
            var assignment = Assignment(principal, which);
            return Changes.IsDeleted(assignment.Principal.Id) ? null : assignment;
        });
    }

    public IReadOnlyList<GrantRow> GrantsOf(PrincipalRow principal) => principal is SeededPrincipal { Index: var index }
        ? [.. SeededGrants.Of(Seeded, index).Where(grant => !Changes.IsDeleted(grant.Id))]
        : [];

    /// <summary>The emulator's own objects and a text of how each is, to notice what changed.</summary>
    public IReadOnlyList<(string Id, string State)> OwnPrincipalStates() =>
        [.. OwnPrincipals().Select(principal => (principal.Id, $"{principal.IsEnabled} {principal.DisplayName}"))];

    public IReadOnlyList<(string Id, string State)> OwnApplicationStates() => [.. OwnApplications().Select(application => (
        application.Id,
        string.Join(' ', application.Credentials.Select(credential => credential.KeyId)
            .Concat(application.Federated.Select(federated => federated.Id)).Append(application.SignInAudience))))];

    private T? Present<T>(T? row) where T : GraphRow => row is null || Changes.IsDeleted(row.Id) ? null : row;

    private AssignmentRow Assignment(int principal, int number) => new(
        Seeded.Ids.Id(SeededKind.Assignment, ((long)principal * SeededTenant.AssignmentsEach) + number),
        SeededRoles.Held(Seeded, principal, number),
        new SeededPrincipal(Seeded, principal),
        new SeededPrincipal(Seeded, Seeded.ResourcePrincipal(Seeded.ResourceOfAssignment(principal, number))));

    private PrincipalRow? FindPrincipal(string key, List<PrincipalRow> own)
    {
        var appId = GraphCall.KeyValue(key, "appId");
        return Seeded.FindPrincipal(key) is { } index
            ? new SeededPrincipal(Seeded, index)
            : own.Find(principal =>
                (appId is null ? principal.Id : principal.AppId).Equals(appId ?? key, StringComparison.OrdinalIgnoreCase));
    }

    private ApplicationRow? FindApplication(string key, List<OwnApplication> own)
    {
        var appId = GraphCall.KeyValue(key, "appId");
        return Seeded.FindApplication(key) is { } index
            ? new SeededApplication(Seeded, index)
            : own.Find(application =>
                (appId is null ? application.Id : application.AppId).Equals(appId ?? key, StringComparison.OrdinalIgnoreCase));
    }

    private List<OwnApplication> OwnApplications() => [.. _entra.Directory.Applications
        .Where(application => application.Tenant == _tenant && application.Blueprint is null)
        .Select(application => new OwnApplication(application, _since))];

    private List<PrincipalRow> OwnPrincipals() =>
    [
        .. Holders(),

        // The generated directory has a Microsoft Graph of its own, with the same id.
        .. OwnResources().Where(resource => Seeded.Count == 0 || resource.Audience != GraphApi.Audience),
    ];

    private List<OwnResource> OwnResources()
    {
        var holders = Holders();
        return [.. _entra.Directory.Apis.OrderBy(api => api.Audience, StringComparer.Ordinal).Select(api => new OwnResource(
            api, _tenant, [.. holders.SelectMany(holder => holder.RolesFor(api.Audience)).Distinct()], _since))];
    }

    /// <summary>The applications and managed identities of the emulator: those that get tokens.</summary>
    private List<PrincipalRow> Holders() =>
    [
        .. _entra.Directory.Applications.Where(application => application.PrincipalIn(_tenant) is not null)
            .Select(application => new OwnPrincipal(application, _tenant, _since)),
        .. _entra.Directory.Identities.Where(identity => identity.Tenant == _tenant)
            .OrderBy(identity => identity.ClientId, StringComparer.Ordinal).Select(identity => new OwnIdentity(identity, _since)),
    ];

    private IEnumerable<AssignmentRow> OwnAssignments(List<OwnResource> resources) =>
        from holder in Holders()
        from resource in resources
        from role in holder.RolesFor(resource.Audience)
        let roleId = RoleId(resource, role)
        select new AssignmentRow(EmulatedDirectory.ObjectIdOf(_tenant, $"{holder.Id}\n{roleId}"), roleId, holder, resource);

    /// <summary>A permission of Graph has its real id where that is known.</summary>
    private string RoleId(OwnResource resource, string role) =>
        (resource.Audience == GraphApi.Audience && Seeded.Count > 0
            ? SeededRoles.Of(Seeded, 0).FirstOrDefault(known => known.Value == role)?.Id
            : null)
        ?? OwnResource.RoleId(_tenant, resource.Audience, role);
}
