using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The type <c>appRoleAssignment</c>.</summary>
internal static class AssignmentType
{
    public static GraphType<AssignmentRow> Of() => new("appRoleAssignment", Properties);

    private static IReadOnlyList<GraphProperty<AssignmentRow>> Properties =>
    [
        new("id", (row, _) => row.Id),
        new("deletedDateTime", (_, _) => null),
        new("appRoleId", (row, _) => row.RoleId),
        new("createdDateTime", (row, _) => GraphJson.Date(row.Principal.CreatedOn.AddMinutes(5))),
        new("principalDisplayName", (row, _) => row.Principal.DisplayName),
        new("principalId", (row, _) => row.Principal.Id, "eq"),
        new("principalType", (_, _) => "ServicePrincipal"),
        new("resourceDisplayName", (row, _) => row.Resource.DisplayName),
        new("resourceId", (row, _) => row.Resource.Id, "eq"),
    ];

    /// <summary>One where it is expanded.</summary>
    public static JsonObject Write(AssignmentRow row, GraphCall call)
    {
        var json = new JsonObject();
        foreach (var property in Properties)
        {
            json[property.Name] = property.Value(row, call);
        }

        return json;
    }
}
