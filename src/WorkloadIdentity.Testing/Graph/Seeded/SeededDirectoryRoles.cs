using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Directory roles, who holds them, and who may activate them.</summary>
internal sealed class SeededDirectoryRoles(SeededTenant tenant)
{
    private const int Every = 50;

    /// <summary>Built-in roles with their template ids (learn.microsoft.com, "Microsoft Entra built-in roles").</summary>
    private static readonly IReadOnlyList<(string Id, string Name, bool IsPrivileged)> Known =
    [
        ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers", false),
        ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", true),
        ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator", false),
        ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator", true),
        ("158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator", true),
        ("9360feb5-f418-4baa-8175-e2a00bac4301", "Directory Writers", true),
        ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", true),
        ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator", true),
    ];

    /// <summary>How many active assignments there are: one for fifty service principals, and one in five of a user.</summary>
    private int Active => tenant.Count == 0 ? 0 : Math.Max(5, tenant.Count / Every);

    private int Eligible => tenant.Count == 0 ? 0 : Math.Max(3, tenant.Count / 100);

    public static GraphRows<DocumentRow> Definitions() => GraphRows<DocumentRow>.Of([.. Known.Select(role => new DocumentRow(new JsonObject
    {
        ["id"] = role.Id,
        ["description"] = $"{role.Name}.",
        ["displayName"] = role.Name,
        ["isBuiltIn"] = true,
        ["isEnabled"] = true,
        ["isPrivileged"] = role.IsPrivileged,
        ["resourceScopes"] = new JsonArray("/"),
        ["rolePermissions"] = new JsonArray(),
        ["templateId"] = role.Id,
        ["version"] = "1",
    }))]);

    public GraphRows<DocumentRow> Assignments() => new(Active, place => new(Common(place, SeededKind.RoleAssignment)));

    public GraphRows<DocumentRow> AssignmentInstances() => new(Active, place =>
    {
        var row = Common(place, SeededKind.RoleAssignment);
        row["assignmentType"] = place % 5 == 3 ? "Activated" : "Assigned";
        row["memberType"] = "Direct";
        row["roleAssignmentOriginId"] = (string)row["id"]!;
        row["roleAssignmentScheduleId"] = (string)row["id"]!;
        row["startDateTime"] = null;
        row["endDateTime"] = place % 5 == 3 ? GraphJson.Date(tenant.Day.AddDays(1)) : null;
        return new(row);
    });

    public GraphRows<DocumentRow> EligibilityInstances() => new(Eligible, place =>
    {
        var row = Common(place + Active, SeededKind.RoleEligibility);
        row["memberType"] = "Direct";
        row["roleEligibilityScheduleId"] = (string)row["id"]!;
        row["startDateTime"] = GraphJson.Date(tenant.DaysAgo(100));
        row["endDateTime"] = GraphJson.Date(tenant.Day.AddDays(265));
        return new(row);
    });

    /// <summary>The service principals that hold a role that an administrator should review.</summary>
    public IEnumerable<(SeededPrincipal Principal, string RoleId, string RoleName)> Reviewed() => Enumerable.Range(0, Active)
        .Where(place => place % 5 != 4 && Known[RoleAt(place)].IsPrivileged).Take(10)
        .Select(place => (new SeededPrincipal(tenant, PrincipalAt(place)), Known[RoleAt(place)].Id, Known[RoleAt(place)].Name));

    /// <summary>Who a row is about.</summary>
    public DirectoryReference Holder(DocumentRow row) =>
        new(tenant.Ids.Index(SeededKind.User, (string)row.Json["principalId"]!) is not null, (string)row.Json["principalId"]!);

    private JsonObject Common(int place, SeededKind kind) => new()
    {
        ["id"] = tenant.Ids.Id(kind, place),
        ["principalId"] = place % 5 == 4
            ? SeededOwners.User(tenant, place).Id
            : tenant.PrincipalId(PrincipalAt(place)),
        ["roleDefinitionId"] = Known[RoleAt(place)].Id,
        ["directoryScopeId"] = "/",
        ["appScopeId"] = null,
        ["condition"] = null,
        ["principalOrganizationId"] = tenant.TenantId,
    };

    private int PrincipalAt(int place) => (int)(((long)place * Every) + (place % 5)) % tenant.Count;

    private static int RoleAt(int place) => place * 3 % Known.Count;
}
