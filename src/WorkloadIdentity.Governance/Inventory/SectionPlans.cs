using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WorkloadIdentity.Governance;

/// <summary>How each section is read.</summary>
internal static class SectionPlans
{
    /// <summary>Graph expands at most 20 related objects and does not say that there are more.</summary>
    private const int LargestExpansion = 20;

    /// <summary>In the order of reading. Custom security attributes are read with the owners.</summary>
    public static IReadOnlyList<SectionPlan> All { get; } =
    [
        new(InventorySectionName.ServicePrincipals, LimitGroup.Directory,
        [
            new MarkStep(GraphReads.ChangesOfServicePrincipals),
            new PagesStep<ServicePrincipal>(GraphReads.ServicePrincipals, (_, row) => new() { ServicePrincipal = row }),
        ])
        {
            IsNeeded = true,
            Changes = new ChangeReading(
                GraphReads.ChangesOfServicePrincipals,
                (section, row) => new()
                {
                    ServicePrincipal = Merge(section, row, tables => tables.Principals, section.Json.ServicePrincipal),
                },
                tables => tables.Principals.Count),
        },
        new(InventorySectionName.Applications, LimitGroup.Directory,
        [
            new MarkStep(GraphReads.ChangesOfApplications),
            new PagesStep<AppRegistration>(GraphReads.Applications, (_, row) => new() { Application = row }),
        ])
        {
            IsNeeded = true,
            Changes = new ChangeReading(
                GraphReads.ChangesOfApplications,
                (section, row) => new() { Application = Merge(section, row, tables => tables.Applications, section.Json.AppRegistration) },
                tables => tables.Applications.Count),
        },
        new(InventorySectionName.DelegatedGrants, LimitGroup.Directory,
        [
            new MarkStep(GraphReads.ChangesOfGrants),
            new PagesStep<DelegatedGrant>(GraphReads.Grants, (_, row) => new() { Grant = row }),
        ])
        {
            Changes = new ChangeReading(
                GraphReads.ChangesOfGrants,
                (section, row) => new() { Grant = Merge(section, row, tables => tables.Grants, section.Json.DelegatedGrant) },
                tables => tables.Grants.Count),
        },
        .. Directory,
        .. Others,
    ];

    private static IEnumerable<SectionPlan> Directory =>
    [
        new(InventorySectionName.Owners, LimitGroup.Directory,
        [
            new AttributesStep(new PagesStep<ServicePrincipal>(GraphReads.PrincipalOwnersAndAttributes, Relations)),
            new WithoutAttributesStep(new PagesStep<ServicePrincipal>(GraphReads.PrincipalOwners, Relations)),
            new PagesStep<AppRegistration>(
                GraphReads.ApplicationOwners, (_, row) => OwnersLine(row.Id.Value, row.Owners)),
            new ItemsStep<DirectoryObject, DirectoryObject>(
                tables => tables.Owners.Where(owners => owners.Value.Count == LargestExpansion)
                    .Select(owners => (owners.Key, OwnersOf(tables, owners.Key))),
                (_, row) => row,
                (id, rows) => [new() { Of = new() { Id = id, Owners = rows } }]),
        ]),
        new(InventorySectionName.AgentIdentities, LimitGroup.Directory,
        [
            new PagesStep<ServicePrincipal>(
                GraphReads.AgentIdentities,
                (_, row) => new()
                {
                    Of = new() { Id = row.Id.Value, Blueprint = row.AgentIdentityBlueprintId, Sponsors = row.Sponsors ?? [] },
                }),
        ]),
        new(InventorySectionName.Federations, LimitGroup.Directory,
        [
            new PagesStep<AppRegistration>(
                GraphReads.ApplicationFederations, (_, row) => FederationsLine(row.Id.Value, row.FederatedIdentityCredentials)),
            new PagesStep<ServicePrincipal>(
                GraphReads.PrincipalFederations, (_, row) => FederationsLine(row.Id.Value, row.FederatedIdentityCredentials)),
            new ItemsStep<FederatedCredential, FederatedCredential>(
                tables => tables.Federations.Where(row => row.Value.Any(HasHiddenExpression))
                    .Select(row => (row.Key, FederationsOf(tables, row.Key))),
                (_, row) => row,
                (id, rows) => [new() { Of = new() { Id = id, Federations = rows } }]),
        ]),
        new(InventorySectionName.AppRoles, LimitGroup.Directory,
        [
            new ItemsStep<AppRoleAssignment, HeldRole>(
                tables => tables.Principals.Values.Where(OffersAppRoles)
                    .Select(resource => (resource.Id.Value, GraphReads.HoldersOf(resource.Id))),
                Held,
                Holders),
        ]),
        new(InventorySectionName.DirectoryRoles, LimitGroup.Directory,
        [
            new PagesStep<DirectoryRole>(GraphReads.DirectoryRoles, (_, row) => new() { RoleDefinition = row }),
            new PagesStep<DirectoryRoleAssignment>(
                GraphReads.RoleAssignments, (tables, row) => IsKnown(tables, row.PrincipalId) ? new() { Role = row } : null),
        ]),
        new(InventorySectionName.EligibleDirectoryRoles, LimitGroup.Directory,
        [
            new PagesStep<DirectoryRoleAssignment>(
                GraphReads.EligibleRoles, (tables, row) => IsKnown(tables, row.PrincipalId) ? new() { EligibleRole = row } : null),
        ]),
    ];

    private static IEnumerable<SectionPlan> Others =>
    [
        new(InventorySectionName.AppManagementPolicies, LimitGroup.Directory,
        [
            new PagesStep<AppManagementPolicy>(GraphReads.TenantAppManagementPolicy, (_, row) => new() { AppPolicy = row }),
            new PagesStep<AppManagementPolicy>(GraphReads.AppManagementPolicies, (_, row) => new() { AppPolicy = row }),
        ]),
        new(InventorySectionName.AccessReviews, LimitGroup.Directory,
        [
            new PagesStep<AccessReview>(
                GraphReads.AccessReviews, (_, row) => row.IsOfServicePrincipals ? new() { Review = row } : null),
            new DecisionsStep(),
        ]),
        new(InventorySectionName.SignIns, LimitGroup.Reports,
            [new PagesStep<ServicePrincipalSignIns>(GraphReads.SignIns, (_, row) => new() { SignIns = StateSignIns.Of(row) })]),
        new(InventorySectionName.CredentialUse, LimitGroup.Reports,
        [
            new PagesStep<CredentialSignIns>(
                GraphReads.CredentialUse, (_, row) => StateUse.Of(row) is { } use ? new() { CredentialUse = use } : null),
        ]),
        new(InventorySectionName.Risk, LimitGroup.Protection,
            [new PagesStep<RiskyServicePrincipal>(GraphReads.RiskyServicePrincipals, (_, row) => new() { Risk = row })]),
        new(InventorySectionName.RiskDetections, LimitGroup.Protection,
            [new PagesStep<RiskDetection>(GraphReads.RiskDetections, (_, row) => new() { Detection = row })]),
        new(InventorySectionName.ConditionalAccess, LimitGroup.Protection,
        [
            new PagesStep<ConditionalAccessPolicy>(
                GraphReads.Policies, (_, row) => NamesServicePrincipals(row) ? new() { Policy = row } : null),
        ]),
        new(InventorySectionName.NamedLocations, LimitGroup.Protection,
            [new PagesStep<NamedLocation>(GraphReads.NamedLocations, (_, row) => new() { Location = row })]),
    ];

    private static T Merge<T>(
        SectionReading section, JsonElement row, Func<InventoryTables, Dictionary<string, T>> table, JsonTypeInfo<T> type)
        where T : class
    {
        var id = row.TryGetProperty("id", out var value) ? value.GetString() ?? "" : "";
        var known = section.Look(tables => table(tables).GetValueOrDefault(id));
        return known is not null || IsWhole(row, type.Type)
            ? ChangedRow.Merge(known, row, type)
            : throw new JsonException("A change of an object that is not known lacks what the object is.");
    }

    /// <summary>Whether a row says enough of an object that is not known. An identity without a client id is none.</summary>
    private static bool IsWhole(JsonElement row, Type type) =>
        type == typeof(DelegatedGrant) || (row.TryGetProperty("appId", out var id) && id.GetString() is { Length: > 0 });

    private static StateLine? Relations(InventoryTables tables, ServicePrincipal row) =>
        row.Owners is { Count: > 0 } || row.CustomSecurityAttributes is not null
            ? new()
            {
                Of = new()
                {
                    Id = row.Id.Value,
                    Owners = row.Owners is { Count: > 0 } ? row.Owners : null,
                    Attributes = row.CustomSecurityAttributes,
                },
            }
            : null;

    private static StateLine? OwnersLine(string id, IReadOnlyList<DirectoryObject>? owners) =>
        owners is { Count: > 0 } ? new() { Of = new() { Id = id, Owners = owners } } : null;

    private static StateLine? FederationsLine(string id, IReadOnlyList<FederatedCredential>? federations) =>
        federations is { Count: > 0 } ? new() { Of = new() { Id = id, Federations = federations } } : null;

    private static GraphRead<DirectoryObject> OwnersOf(InventoryTables tables, string id) =>
        tables.Principals.ContainsKey(id)
            ? GraphReads.OwnersOf(new ServicePrincipalId(id))
            : GraphReads.OwnersOf(new ApplicationObjectId(id));

    private static GraphRead<FederatedCredential> FederationsOf(InventoryTables tables, string id) =>
        tables.Principals.ContainsKey(id)
            ? GraphReads.FederationsOf(new ServicePrincipalId(id), isBeta: true)
            : GraphReads.FederationsOf(new ApplicationObjectId(id), isBeta: true);

    /// <summary>A flexible credential has an expression in place of a subject, and Graph shows it in beta only.</summary>
    private static bool HasHiddenExpression(FederatedCredential federation) =>
        federation is { Subject: null, ClaimsMatchingExpression: null };

    /// <summary>
    /// A role for users alone cannot be held by a service principal, and many applications have such roles.
    /// </summary>
    private static bool OffersAppRoles(ServicePrincipal resource) => resource.AppRoles?.Any(role =>
        role.AllowedMemberTypes?.Contains("Application", StringComparer.OrdinalIgnoreCase) == true) == true;

    private static HeldRole? Held(InventoryTables tables, AppRoleAssignment row) =>
        row is { AppRoleId: { } role, PrincipalId: { } principal } && IsKnown(tables, principal)
            ? new HeldRole(role, tables.Canonical(principal))
            : null;

    private static IEnumerable<StateLine> Holders(string resource, IReadOnlyList<HeldRole> rows) =>
        from row in rows
        group row.Principal by row.Role into holders
        select new StateLine { Holders = new() { Resource = resource, Role = holders.Key, Principals = [.. holders] } };

    private static bool IsKnown(InventoryTables tables, string? principal) =>
        principal is not null && tables.Principals.ContainsKey(principal);

    private static bool NamesServicePrincipals(ConditionalAccessPolicy policy) =>
        policy.Conditions?.ClientApplications is { } clients
        && (clients.IncludeServicePrincipals is { Count: > 0 } || clients.ServicePrincipalFilter is not null);

    /// <summary>All that is kept of an assignment.</summary>
    private sealed record HeldRole(string Role, string Principal);
}
