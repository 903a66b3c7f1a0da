using System.Text.RegularExpressions;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The permissions that the library and the emulator name are the least that Graph publishes.</summary>
public sealed partial class GraphPermissionTests
{
    /// <summary>
    /// Paths that the extract does not have: the beta reports of sign-in activities, what other resources share, the federated
    /// credentials of managed identities, the policy that is assigned to an application, and mail.
    /// </summary>
    private static readonly IReadOnlyList<string> Unpublished =
    [
        "reports/", "organization", "directoryObjects/getByIds", "/$count", "servicePrincipals/{}/federatedIdentityCredentials",
        "applications/{}/appManagementPolicies", "/messages",
    ];

    /// <summary>The path of each section.</summary>
    private static readonly IReadOnlyDictionary<InventorySectionName, string> Sections = new Dictionary<InventorySectionName, string>
    {
        [InventorySectionName.Applications] = "applications",
        [InventorySectionName.ServicePrincipals] = "servicePrincipals",
        [InventorySectionName.Owners] = "applications/{}/owners",
        [InventorySectionName.AgentIdentities] = "servicePrincipals/microsoft.graph.agentIdentity",
        [InventorySectionName.Federations] = "applications/{}/federatedIdentityCredentials",
        [InventorySectionName.AppRoles] = "servicePrincipals/{}/appRoleAssignedTo",
        [InventorySectionName.DelegatedGrants] = "oauth2PermissionGrants",
        [InventorySectionName.DirectoryRoles] = "roleManagement/directory/roleAssignments",
        [InventorySectionName.EligibleDirectoryRoles] = "roleManagement/directory/roleEligibilityScheduleInstances",
        [InventorySectionName.Risk] = "identityProtection/riskyServicePrincipals",
        [InventorySectionName.RiskDetections] = "identityProtection/servicePrincipalRiskDetections",
        [InventorySectionName.ConditionalAccess] = "identity/conditionalAccess/policies",
        [InventorySectionName.NamedLocations] = "identity/conditionalAccess/namedLocations",
        [InventorySectionName.AppManagementPolicies] = "policies/appManagementPolicies",
        [InventorySectionName.AccessReviews] = "identityGovernance/accessReviews/definitions",
    };

    [GraphReferenceFact]
    public void Each_section_names_the_least_permission_of_its_path()
    {
        var published = GraphPathPermissions.Read();

        Assert.All(Sections, section => Assert.Contains(
            (SectionAccess.Of(section.Key).Permission, true), published.Of("GET", section.Value) ?? []));

        // The reports and the values of attributes have no path in the list.
        Assert.Equal(
            [InventorySectionName.CustomSecurityAttributes, InventorySectionName.SignIns, InventorySectionName.CredentialUse],
            Enum.GetValues<InventorySectionName>().Except(Sections.Keys));
    }

    [GraphReferenceFact]
    public void Each_call_of_the_emulator_asks_for_the_least_permission_and_accepts_no_other_than_Graph_does()
    {
        var published = GraphPathPermissions.Read();
        var unknown = new List<string>();
        foreach (var route in Routes())
        {
            if (published.Of(route.Method, route.Path) is not { } accepted)
            {
                unknown.Add(route.Path);
                continue;
            }

            // To change an application it is enough to own it, which is not emulated. For a few reads the list has only permissions to
            // write as the least, and a permission to read among the others.
            Assert.True(
                route.Method is not ("GET" or "POST") || accepted.Contains((route.Permissions[0], true))
                    || accepted.Where(each => each.IsLeast).All(each => each.Name.Contains("ReadWrite", StringComparison.Ordinal)),
                $"{route.Method} {route.Path}: {route.Permissions[0]} is not the least");
            Assert.All(route.Permissions.Where(each => each is not ("Directory.ReadWrite.All" or "RoleManagement.Read.All")), permission =>
                Assert.True(accepted.Any(each => each.Name == permission), $"{route.Method} {route.Path}: {permission}"));
        }

        Assert.Equal([], unknown.Where(path => !Unpublished.Any(known => path.Contains(known, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_read_permissions_are_enough_for_every_call_that_reads()
    {
        var missing = Routes().Where(route => route.Method == "GET" || route is { Method: "POST", IsChange: false })
            .Where(route => !route.Permissions.Intersect(EmulatedGraphOptions.ReadPermissions).Any()).Select(route => route.Path)
            .Where(path => !path.EndsWith("/messages", StringComparison.Ordinal)); // Mail is not governance.

        Assert.Equal([], missing);
    }

    [GraphReferenceFact]
    public void Every_permission_on_the_page_is_the_least_of_something()
    {
        var published = GraphPathPermissions.Read();
        var named = Permission().Matches(Repository.Read("docs/governance.md")).Select(match => match.Value).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.Equal([], named.Where(permission => !published.IsLeastSomewhere(permission) && !Exceptions.ContainsKey(permission)));
    }

    /// <summary>Permissions on the page that are the least of nothing in the published list.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["CustomSecAttributeAssignment.Read.All"] = "for a property, not a path",
        ["User.ReadBasic.All"] = "for the names of owners, whose paths are not in the extract",
        ["Organization.Read.All"] = "for the tenant's id, whose path is not in the extract",
    };

    private static IReadOnlyList<GraphRoute> Routes()
    {
        var entra = EntraEmulator.StartAsync().GetAwaiter().GetResult();
        try
        {
            var now = TimeProvider.System.GetUtcNow();
            return new GraphTenant(entra, entra.Tenant, new EmulatedGraphOptions(), new OpaqueToken(), now).Routes;
        }
        finally
        {
            entra.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    [GeneratedRegex(@"\b[A-Z][A-Za-z]+(?:-[A-Za-z]+)?\.(?:Read|ReadWrite|ReadBasic)\.(?:All|Directory|OwnedBy|ConditionalAccess)\b")]
    private static partial Regex Permission();
}
