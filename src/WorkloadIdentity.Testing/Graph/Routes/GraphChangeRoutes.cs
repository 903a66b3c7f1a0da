using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The few changes that the emulated Graph takes: enough to see what a client makes of them.</summary>
internal static class GraphChangeRoutes
{
    private static readonly IReadOnlyList<string> Changeable =
        ["accountEnabled", "displayName", "notes", "tags", "serviceManagementReference"];

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var (directory, changes) = (tenant.Directory, tenant.Directory.Changes);
        var (write, grants) = (GraphPermissions.WriteApplications, GraphPermissions.WriteGrants);
        return
        [
            new("applications/{}", GraphLimitGroup.Directory, write, (call, keys) =>
                Change(changes, "applications", Generated(tenant.Application(keys[0])).Id, call)) { Method = "PATCH" },
            new("applications/{}", GraphLimitGroup.Directory, write, (_, keys) =>
                Delete(changes, "applications", Generated(tenant.Application(keys[0])).Id)) { Method = "DELETE" },
            new("servicePrincipals/{}", GraphLimitGroup.Directory, write, (call, keys) => GraphAttributeRoutes.IsFor(call)
                ? GraphAttributeRoutes.Assign(tenant, (PrincipalRow)Generated(tenant.Principal(keys[0])), call)
                : Change(changes, "servicePrincipals", Generated(tenant.Principal(keys[0])).Id, call))
            {
                Method = "PATCH",
                IsOpenTo = (call, _) => GraphAttributeRoutes.IsFor(call),
            },
            new("servicePrincipals/{}", GraphLimitGroup.Directory, write, (_, keys) =>
                Delete(changes, "servicePrincipals", Generated(tenant.Principal(keys[0])).Id)) { Method = "DELETE" },
            new("oauth2PermissionGrants/{}", GraphLimitGroup.Directory, grants, (_, keys) =>
                Delete(changes, "oauth2PermissionGrants", (directory.Grants().Find(keys[0]) ?? throw Unknown(keys[0])).Id))
            {
                Method = "DELETE",
            },
        ];
    }

    /// <summary>The emulator's own objects are changed in its directory, where tokens depend on them.</summary>
    private static GraphRow Generated(GraphRow row) => row is SeededPrincipal or SeededApplication ? row : throw new GraphErrorException(
        405, "Request_BadRequest", "The emulator's own applications and identities are changed through its admin API, not here.");

    private static GraphAnswer Change(DirectoryChanges changes, string set, string id, GraphCall call)
    {
        if (call.Body.ValueKind != JsonValueKind.Object)
        {
            throw GraphErrorException.BadRequest("Expected a JSON object.");
        }

        var values = new JsonObject();
        foreach (var property in call.Body.EnumerateObject())
        {
            values[property.Name] = Changeable.Contains(property.Name)
                ? JsonNode.Parse(property.Value.GetRawText())
                : throw GraphErrorException.BadRequest(
                    $"The emulator cannot change '{property.Name}'. It can change: {string.Join(", ", Changeable)}.");
        }

        changes.Change(set, id, values);
        return GraphAnswer.NoContent;
    }

    private static GraphErrorException Unknown(string key) => GraphErrorException.NotFound(key);

    private static GraphAnswer Delete(DirectoryChanges changes, string set, string id)
    {
        changes.Delete(set, id);
        return GraphAnswer.NoContent;
    }
}
