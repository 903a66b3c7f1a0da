using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Applications, service principals, delegated grants, and the organization.</summary>
internal static class GraphDirectoryRoutes
{
    private const int MostIds = 1_000;

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var directory = tenant.Directory;
        var applications = new GraphSet<ApplicationRow>("applications", ApplicationType.Of(directory, tenant.Objects), tenant.Tokens);
        var principals = new GraphSet<PrincipalRow>("servicePrincipals", PrincipalType.Of(directory, tenant.Objects), tenant.Tokens);
        var grants = new GraphSet<GrantRow>("oauth2PermissionGrants", GrantType.Of(), tenant.Tokens);
        return
        [
            .. Derived("applications", "agentIdentityBlueprint", GraphPermissions.ReadBlueprints, applications, directory.Applications,
                row => row.DerivedType),
            .. Derived("servicePrincipals", "agentIdentity", GraphPermissions.ReadAgents, principals, directory.Principals,
                row => row.DerivedType),
            .. Derived("servicePrincipals", "agentIdentityBlueprintPrincipal", GraphPermissions.ReadBlueprintPrincipals, principals,
                directory.Principals, row => row.DerivedType),
            .. Set("applications", 2, GraphPermissions.ReadApplications, applications, directory.Applications, tenant,
                directory.OwnApplicationStates),
            .. Set("servicePrincipals", 1, GraphPermissions.ReadApplications, principals, directory.Principals, tenant,
                directory.OwnPrincipalStates),
            .. Set("oauth2PermissionGrants", 2, GraphPermissions.ReadGrants, grants, directory.Grants, tenant, () => []),
            new("organization", GraphLimitGroup.Directory, GraphPermissions.ReadOrganization, (call, _) =>
                Organization(directory.Tenant, call)),
            new("directoryObjects/getByIds", GraphLimitGroup.Directory, GraphPermissions.ReadApplications, (call, _) => ByIds(tenant, call))
            {
                Method = "POST", Units = 3,
            },
        ];
    }

    private static IEnumerable<GraphRoute> Set<T>(
        string name, int units, IReadOnlyList<string> permissions, GraphSet<T> set, Func<GraphRows<T>> rows, GraphTenant tenant,
        Func<IReadOnlyList<(string Id, string State)>> own) where T : GraphRow
    {
        // What was there at the start is no change.
        tenant.Directory.Changes.Watch(name, own());
        var delta = new GraphDelta<T>(name, set, tenant.Tokens, tenant.Directory.Changes);
        return
        [
            new(name, GraphLimitGroup.Directory, permissions, (call, _) => set.List(call, rows())) { Units = units },
            new($"{name}/$count", GraphLimitGroup.Directory, permissions, (call, _) => set.Count(call, rows())) { Units = units },
            new($"{name}/delta", GraphLimitGroup.Directory, permissions, (call, _) => delta.Answer(call, rows(), own())) { Units = units },
            new($"{name}/{{}}", GraphLimitGroup.Directory, permissions, (call, keys) => set.Single(call, rows(), keys[0]))
            {
                Units = units,
            },
        ];
    }

    /// <summary>The objects of a derived type: the agents, which have narrow permissions of their own.</summary>
    private static IEnumerable<GraphRoute> Derived<T>(
        string set, string type, IReadOnlyList<string> permissions, GraphSet<T> all, Func<GraphRows<T>> rows, Func<T, string?> typeOf)
        where T : GraphRow
    {
        GraphRows<T> OfType()
        {
            var every = rows();
            T? Only(T? row) => row is not null && typeOf(row) == type ? row : null;
            return new(every.Count, place => Only(every[place]), key => Only(every.Find(key)));
        }

        return
        [
            new($"{set}/microsoft.graph.{type}", GraphLimitGroup.Directory, permissions, (call, _) => all.List(call, OfType())),
            new($"{set}/microsoft.graph.{type}/{{}}", GraphLimitGroup.Directory, permissions, (call, keys) =>
                all.Single(call, OfType(), keys[0])),
        ];
    }

    private static GraphAnswer Organization(EmulatedTenant tenant, GraphCall call) => GraphAnswer.Ok(new JsonObject
    {
        ["@odata.context"] = $"{call.Address}$metadata#organization",
        ["value"] = new JsonArray(new JsonObject
        {
            ["id"] = tenant.Id,
            ["displayName"] = "Emulated tenant",
            ["verifiedDomains"] = GraphJson.Array(tenant.Domains.Select(domain => new JsonObject { ["name"] = domain })),
        }),
    });

    private static GraphAnswer ByIds(GraphTenant tenant, GraphCall call)
    {
        if (call.Body.ValueKind != JsonValueKind.Object || !call.Body.TryGetProperty("ids", out var ids)
            || ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() is 0 or > MostIds)
        {
            throw GraphErrorException.BadRequest($"Expected a list 'ids' of 1 to {MostIds} ids.");
        }

        return GraphAnswer.Ok(new JsonObject
        {
            ["@odata.context"] = $"{call.Address}$metadata#directoryObjects",
            ["value"] = GraphJson.Array(
                ids.EnumerateArray().Select(id => tenant.Objects.Find(GraphJson.Text(id) ?? "", call)).OfType<JsonObject>()),
        });
    }
}
