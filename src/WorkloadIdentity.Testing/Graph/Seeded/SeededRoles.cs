namespace WorkloadIdentity.Testing;

/// <summary>The application permissions of generated resources, and which of them a principal holds.</summary>
internal static class SeededRoles
{
    /// <summary>Some of Microsoft Graph's own, with their real ids. The first are held most, the last are the most powerful.</summary>
    private static readonly IReadOnlyList<AppRoleRow> Graph =
    [
        new("df021288-bdef-4463-88db-98f22de89214", "User.Read.All"),
        new("b633e1c5-b582-4048-a93e-9f11b44c7e96", "Mail.Send"),
        new("01d4889c-1287-42c6-ac1f-5d1e02578ef6", "Files.Read.All"),
        new("798ee544-9d2d-430c-a058-570e29e34338", "Calendars.Read"),
        new("5b567255-7703-4780-807c-7be8301ae99b", "Group.Read.All"),
        new("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "Directory.Read.All"),
        new("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", "Application.Read.All"),
        new("b0afded3-3588-46d8-8b3d-9842eff778da", "AuditLog.Read.All"),
        new("810c84a8-4a9e-49e6-bf7d-12d183f40d01", "Mail.Read"),
        new("62a82d76-70ea-41e2-9197-370581804d09", "Group.ReadWrite.All"),
        new("a82116e5-55eb-4c41-a434-62fe8a61c773", "Sites.FullControl.All"),
        new("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All"),
        new("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All"),
        new("06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All"),
        new("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "RoleManagement.ReadWrite.Directory"),
    ];

    private const int Harmless = 9;

    private static readonly IReadOnlyList<string> Nouns =
        ["Orders", "Invoices", "Customers", "Payments", "Shipments", "Reports", "Devices", "Contracts"];

    public static IReadOnlyList<AppRoleRow> Of(SeededTenant tenant, int resource)
    {
        if (resource == 0)
        {
            return Graph;
        }

        var noun = Nouns[resource % Nouns.Count];
        return
        [
            new(tenant.Ids.Id(SeededKind.Role, resource * 2), $"{noun}.Read.All"),
            new(tenant.Ids.Id(SeededKind.Role, (resource * 2) + 1), $"{noun}.ReadWrite.All"),
        ];
    }

    /// <summary>Which role a principal's assignment grants: of Graph's a powerful one for every twelfth principal.</summary>
    public static string Held(SeededTenant tenant, int principal, int number)
    {
        var resource = tenant.ResourceOfAssignment(principal, number);
        var roles = Of(tenant, resource);
        var draw = tenant.Ids.Draw(SeededKind.Assignment, ((long)principal * SeededTenant.AssignmentsEach) + number, 1, 1_000);
        return resource != 0 ? roles[draw % roles.Count].Id
            : number > 0 ? roles[number].Id
            : principal % 12 == 1 ? roles[Harmless + (draw % (roles.Count - Harmless))].Id
            : roles[draw % Harmless].Id;
    }
}
