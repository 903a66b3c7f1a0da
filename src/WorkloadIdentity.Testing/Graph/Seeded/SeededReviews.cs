using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Access reviews of the service principals in privileged directory roles.</summary>
internal sealed class SeededReviews(SeededTenant tenant, SeededDirectoryRoles roles)
{
    private const string Nobody = "00000000-0000-0000-0000-000000000000";
    private const int Instances = 2;

    public GraphRows<DocumentRow> Definitions() => GraphRows<DocumentRow>.Of(
        tenant.Count == 0 ? [] : [.. Enumerable.Range(0, 2).Select(Definition)]);

    public GraphRows<DocumentRow> InstancesOf(string definition) => GraphRows<DocumentRow>.Of(
        Number(SeededKind.Review, definition) is { } number
            ? [.. Enumerable.Range(0, Instances).Select(each => Instance(number, each))]
            : []);

    public GraphRows<DocumentRow> Decisions(string instance) => GraphRows<DocumentRow>.Of(
        Number(SeededKind.ReviewInstance, instance) is { } number
            ? [.. roles.Reviewed().Select((reviewed, place) =>
                Decision(number, place, reviewed.Principal, reviewed.RoleId, reviewed.RoleName))]
            : []);

    private int? Number(SeededKind kind, string id) => (int?)tenant.Ids.Index(kind, id);

    private DocumentRow Definition(int number) => new(new JsonObject
    {
        ["id"] = tenant.Ids.Id(SeededKind.Review, number),
        ["displayName"] = number == 0 ? "Service principals in privileged roles" : "Applications of the finance team",
        ["createdBy"] = new JsonObject { ["id"] = SeededOwners.User(tenant, 1).Id, ["displayName"] = null, ["userPrincipalName"] = null },

        // As the recorded answers of Graph have it.
        ["createdDateTime"] = "0001-01-01T00:00:00Z",
        ["lastModifiedDateTime"] = GraphJson.Date(tenant.DaysAgo(90)),
        ["descriptionForAdmins"] = "Made by the emulator.",
        ["descriptionForReviewers"] = "Does each of them still need its role?",
        ["status"] = "InProgress",
        ["scope"] = number == 0
            ? Scope("/roleManagement/directory/roleAssignmentScheduleInstances?$expand=principal&$filter=(isof(principal,"
                + "'microsoft.graph.servicePrincipal') and roleDefinitionId eq '62e90394-69f5-4237-9190-012177145e10')")
            : Scope($"/groups/{tenant.Ids.Id(SeededKind.Review, 100)}/transitiveMembers"),
        ["reviewers"] = new JsonArray(new JsonObject
        {
            ["query"] = $"/users/{SeededOwners.User(tenant, 1).Id}",
            ["queryType"] = "MicrosoftGraph",
            ["queryRoot"] = null,
        }),
        ["fallbackReviewers"] = new JsonArray(),
        ["additionalNotificationRecipients"] = new JsonArray(),
        ["stageSettings"] = new JsonArray(),
        ["settings"] = Settings(),
    });

    private static JsonObject Scope(string query) => new()
    {
        ["@odata.type"] = "#microsoft.graph.accessReviewQueryScope",
        ["query"] = query,
        ["queryType"] = "MicrosoftGraph",
        ["queryRoot"] = null,
    };

    private static JsonObject Settings() => new()
    {
        ["mailNotificationsEnabled"] = true,
        ["reminderNotificationsEnabled"] = true,
        ["justificationRequiredOnApproval"] = true,
        ["defaultDecisionEnabled"] = false,
        ["defaultDecision"] = "None",
        ["instanceDurationInDays"] = 14,
        ["autoApplyDecisionsEnabled"] = false,
        ["recommendationsEnabled"] = true,
        ["recurrence"] = new JsonObject
        {
            ["pattern"] = new JsonObject { ["type"] = "absoluteMonthly", ["interval"] = 3, ["dayOfMonth"] = 1 },
            ["range"] = new JsonObject { ["type"] = "noEnd", ["startDate"] = "2026-01-01" },
        },
        ["applyActions"] = new JsonArray(),
    };

    private DocumentRow Instance(int definition, int number) => new(new JsonObject
    {
        ["id"] = tenant.Ids.Id(SeededKind.ReviewInstance, (definition * Instances) + number),
        ["startDateTime"] = GraphJson.Date(tenant.DaysAgo(number == 0 ? 95 : 5)),
        ["endDateTime"] = GraphJson.Date(tenant.DaysAgo(number == 0 ? 81 : -9)),
        ["status"] = number == 0 ? "Applied" : "InProgress",
        ["scope"] = Scope("/roleManagement/directory/roleAssignmentScheduleInstances"),
        ["reviewers"] = new JsonArray(),
        ["fallbackReviewers"] = new JsonArray(),
    });

    private DocumentRow Decision(int instance, int place, SeededPrincipal principal, string roleId, string roleName)
    {
        var isDone = instance % Instances == 0;
        var reviewer = isDone ? SeededOwners.User(tenant, place).Id : Nobody;
        return new(new JsonObject
        {
            ["id"] = tenant.Ids.Id(SeededKind.ReviewDecision, (instance * 100) + place),
            ["accessReviewId"] = tenant.Ids.Id(SeededKind.ReviewInstance, instance),
            ["decision"] = !isDone ? "NotReviewed" : place % 3 == 2 ? "Deny" : "Approve",
            ["recommendation"] = place % 3 == 2 ? "Deny" : "Approve",
            ["justification"] = isDone ? "It still runs." : "",
            ["applyResult"] = isDone ? "AppliedSuccessfully" : "New",
            ["reviewedDateTime"] = isDone ? GraphJson.Date(tenant.DaysAgo(85)) : null,
            ["appliedDateTime"] = isDone ? GraphJson.Date(tenant.DaysAgo(81)) : null,
            ["reviewedBy"] = new JsonObject { ["id"] = reviewer, ["displayName"] = "", ["userPrincipalName"] = "" },
            ["appliedBy"] = new JsonObject { ["id"] = Nobody, ["displayName"] = "", ["userPrincipalName"] = "" },
            ["principal"] = new JsonObject
            {
                ["@odata.type"] = "#microsoft.graph.servicePrincipalIdentity",
                ["id"] = principal.Id,
                ["displayName"] = principal.DisplayName,
                ["appId"] = principal.AppId,
            },
            ["principalLink"] = $"https://graph.microsoft.com/v1.0/servicePrincipals/{principal.Id}",
            ["resource"] = new JsonObject { ["id"] = roleId, ["displayName"] = roleName, ["type"] = "directoryRole" },
            ["resourceLink"] = null,
        });
    }
}
