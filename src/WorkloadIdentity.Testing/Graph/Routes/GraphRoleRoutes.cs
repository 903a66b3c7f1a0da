using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Directory roles.</summary>
internal static class GraphRoleRoutes
{
    private const string Common = "id principalId:eq roleDefinitionId:eq directoryScopeId:eq appScopeId";

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var roles = tenant.Roles;
        var principal = new GraphRelation<DocumentRow>(
            "principal", (row, call, expand) => tenant.Objects.Write([roles.Holder(row)], call, expand), _ => 1, "")
        {
            IsSingle = true,
        };
        var definition = new GraphRelation<DocumentRow>(
            "roleDefinition",
            (row, _, _) => SeededDirectoryRoles.Definitions().All().Where(role => role.Id == (string?)row.Json["roleDefinitionId"])
                .Select(role => (JsonObject)role.Json.DeepClone()),
            _ => 1,
            "")
        {
            IsSingle = true,
        };
        var definitions = tenant.Set("roleManagement/directory/roleDefinitions", DocumentType.Of(
            "unifiedRoleDefinition",
            "id:eq description displayName:eq,startsWith isBuiltIn:eq isEnabled resourceScopes rolePermissions templateId:eq version"));
        var privileged = tenant.Set("roleManagement/directory/roleDefinitions", DocumentType.Of(
            "unifiedRoleDefinition",
            "id:eq description displayName:eq,startsWith isBuiltIn:eq isEnabled isPrivileged:eq resourceScopes rolePermissions "
            + "templateId:eq version"));
        var assignments = tenant.Set("roleManagement/directory/roleAssignments", DocumentType.Of(
            "unifiedRoleAssignment", $"{Common} condition principalOrganizationId", principal, definition));
        var active = tenant.Set("roleManagement/directory/roleAssignmentScheduleInstances", DocumentType.Of(
            "unifiedRoleAssignmentScheduleInstance",
            $"{Common} assignmentType:eq memberType:eq roleAssignmentOriginId roleAssignmentScheduleId startDateTime endDateTime",
            principal, definition));
        var eligible = tenant.Set("roleManagement/directory/roleEligibilityScheduleInstances", DocumentType.Of(
            "unifiedRoleEligibilityScheduleInstance",
            $"{Common} memberType:eq roleEligibilityScheduleId startDateTime endDateTime",
            principal, definition));
        return
        [
            Route("roleDefinitions", GraphPermissions.ReadRoleDefinitions, call =>
                (call.IsBeta ? privileged : definitions).List(call, SeededDirectoryRoles.Definitions())),
            new(
                "roleManagement/directory/roleDefinitions/{}",
                GraphLimitGroup.Directory,
                GraphPermissions.ReadRoleDefinitions,
                (call, keys) => (call.IsBeta ? privileged : definitions).Single(call, SeededDirectoryRoles.Definitions(), keys[0])),
            Route("roleAssignments", GraphPermissions.ReadRoles, call => assignments.List(call, roles.Assignments())),
            Route("roleAssignmentScheduleInstances", GraphPermissions.ReadActiveRoles, call =>
                active.List(call, roles.AssignmentInstances())),
            Route("roleEligibilityScheduleInstances", GraphPermissions.ReadEligibleRoles, call =>
                eligible.List(call, roles.EligibilityInstances())) with
            {
                Licence = (EmulatedLicences.EntraP2 | EmulatedLicences.Governance, Unlicensed),
            },
        ];
    }

    private static GraphRoute Route(string name, IReadOnlyList<string> permissions, Func<GraphCall, GraphAnswer> answer) =>
        new($"roleManagement/directory/{name}", GraphLimitGroup.Directory, permissions, (call, _) => answer(call));

    private static GraphErrorException Unlicensed() => new(
        400,
        "AadPremiumLicenseRequired",
        "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.");
}
