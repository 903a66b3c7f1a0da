namespace WorkloadIdentity.Testing;

/// <summary>What belongs to one application or service principal.</summary>
internal static class GraphRelationRoutes
{
    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var directory = tenant.Directory;
        var assignments = new GraphSet<AssignmentRow>("appRoleAssignments", AssignmentType.Of(), tenant.Tokens);
        var federated = new GraphSet<FederatedCredentialRow>("federatedIdentityCredentials", FederatedCredentialType.Of(), tenant.Tokens);
        var grants = new GraphSet<GrantRow>("oauth2PermissionGrants", GrantType.Of(), tenant.Tokens);
        return
        [
            Of("applications/{}/owners", (call, keys) => tenant.References(call, tenant.Application(keys[0]).Owners)),
            new(
                "applications/{}/federatedIdentityCredentials",
                GraphLimitGroup.Directory,
                GraphPermissions.ReadFederatedCredentials,
                (call, keys) => federated.List(call, GraphRows<FederatedCredentialRow>.Of(tenant.Application(keys[0]).Federated))),
            Of("servicePrincipals/{}/owners", (call, keys) => tenant.References(call, tenant.Principal(keys[0]).Owners)),
            new(
                "servicePrincipals/{}/sponsors",
                GraphLimitGroup.Directory,
                GraphPermissions.ReadSponsors,
                (call, keys) => tenant.References(call, tenant.Principal(keys[0]).Sponsors)),
            new(
                "servicePrincipals/{}/federatedIdentityCredentials",
                GraphLimitGroup.Directory,
                GraphPermissions.ReadFederatedCredentials,
                (call, keys) => federated.List(call, GraphRows<FederatedCredentialRow>.Of(tenant.Principal(keys[0]).Federated))),
            Of(
                "servicePrincipals/{}/appRoleAssignments",
                (call, keys) => assignments.List(call, GraphRows<AssignmentRow>.Of(directory.Held(tenant.Principal(keys[0])))),
                units: 2),
            Of(
                "servicePrincipals/{}/appRoleAssignedTo",
                (call, keys) => assignments.List(call, directory.AssignedTo(tenant.Principal(keys[0])))),
            new(
                "servicePrincipals/{}/oauth2PermissionGrants",
                GraphLimitGroup.Directory,
                GraphPermissions.ReadGrants,
                (call, keys) => grants.List(call, GraphRows<GrantRow>.Of(directory.GrantsOf(tenant.Principal(keys[0])))))
            {
                Units = 2,
            },
            new("servicePrincipals/{}/memberOf", GraphLimitGroup.Directory, GraphPermissions.ReadMemberships, (call, keys) =>
                Nothing(tenant, call, keys)),
            new("servicePrincipals/{}/transitiveMemberOf", GraphLimitGroup.Directory, GraphPermissions.ReadMemberships, (call, keys) =>
                Nothing(tenant, call, keys)),
            Of("servicePrincipals/{}/ownedObjects", (call, keys) => tenant.References(call, Owned(tenant, keys[0]))),
        ];
    }

    private static GraphRoute Of(string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer, int units = 1) =>
        new(path, GraphLimitGroup.Directory, GraphPermissions.ReadApplications, answer) { Units = units };

    /// <summary>There are no groups.</summary>
    private static GraphAnswer Nothing(GraphTenant tenant, GraphCall call, IReadOnlyList<string> keys)
    {
        _ = tenant.Principal(keys[0]);
        return tenant.References(call, []);
    }

    /// <summary>The applications that name a service principal as their owner.</summary>
    private static IEnumerable<DirectoryReference> Owned(GraphTenant tenant, string key)
    {
        var owner = tenant.Principal(key).Id;
        return tenant.Directory.Applications().All().Where(application => application.Owners.Any(each => each.Id == owner))
            .Select(application => new DirectoryReference(false, application.Id));
    }
}
