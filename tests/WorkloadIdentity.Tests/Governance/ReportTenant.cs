using WorkloadIdentity.Governance;
using static WorkloadIdentity.Tests.SampleTenant;

namespace WorkloadIdentity.Tests;

/// <summary>
/// A tenant with something of everything, for the reports: also names that try to become markup, formulas and terminal commands.
/// </summary>
internal static class ReportTenant
{
    /// <summary>Names as an attacker chooses them.</summary>
    public static readonly string[] HostileNames =
    [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "</style><style>*{display:none}",
        "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1",
        "\u001b[31mred\u001b[0m\r\nrow", "abc\u202Efdp.exe", "a\u0007b\u009bc", "&lt;b&gt;", "]]></title><svg onload=alert(1)>",
    ];

    private static readonly string[] Names =
    [
        "orders-api", "payroll export to bank (legacy)", "github-deploy", "data-platform-ingest-production-westeurope-001", "mailer",
        "crm-sync", "backup", "invoice scanner", "Kundenportal – Übersicht", "在庫管理", "hr-feed", "monitoring",
    ];

    public static TenantInventory Create(int others = 40) => Of(
    [
        .. Applications(), .. Hostile(),
        .. Enumerable.Range(200, others).Select(i => i % 3 == 0 ? ManagedIdentity(i) : Application(i) with
        {
            Owners = i % 4 == 0 ? [] : [Owner()],
            AppRoles = [AppRole("User.Read.All"), Api(i % 7)],
            Credentials = i % 2 == 0 ? [Secret(endsIn: 20 + (i * 7 % 180), usedAgo: i % 5 == 0 ? 3 : 30, keyId: Key(i))] : [],
        }),
    ]) with
    {
        Sections = Sections(InventorySectionName.Risk, InventorySectionName.AccessReviews),
        Policies = [Policy(include: Application(3).Id.ToString()!)],
        AccessReviews = null,
        Notes = ["The state file was of another version, and was not used."],
    };

    private static IEnumerable<InventoriedIdentity> Applications()
    {
        yield return Named(1) with
        {
            Credentials = [Secret(endsIn: 2, keyId: Key(1)) with { DisplayName = "rotated by hand" }],
            AppRoles = [AppRole("Mail.ReadWrite")],
        };
        yield return Named(2) with { Credentials = [Secret(endsIn: -1, usedAgo: 2, keyId: Key(2))], Owners = [Owner(isEnabled: false)] };
        yield return Named(3) with
        {
            AppRoles = [AppRole("RoleManagement.ReadWrite.Directory"), AppRole("Application.ReadWrite.All")],
            Federations =
            [
                Federation(), Federation(expression: "claims['sub'] matches 'repo:contoso/*'", number: 2),
                Federation("repo:contoso/orders:pull_request", number: 3),
            ],
        };
        yield return Named(4) with
        {
            Credentials = [Secret(keyId: Key(4)) with { Detections = [Leak(Key(4))] }],
            AppRoles = [AppRole("Sites.FullControl.All"), Api(1)],
        };
        yield return Named(5) with
        {
            Credentials = [Secret(endsIn: 12, keyId: Key(5)) with { Kind = CredentialKind.Certificate, DisplayName = "CN=mailer" }],
            AppRoles = [AppRole("Mail.Send")],
            SignInAudience = SignInAudience.MultipleOrganizations,
        };
        yield return Named(6) with
        {
            IsFromOtherTenant = true,
            HomeTenantId = "99999999-0000-41af-91ab-2d7cd011db47",
            AppRoles = [AppRole("Directory.ReadWrite.All")],
            Credentials = [Secret(usedAgo: null, madeAgo: 200, keyId: Key(6)) with { IsOnApplication = false }],
        };
        yield return ManagedIdentity(7) with { DirectoryRoles = [DirectoryRole()], DisplayName = Names[6] };
        yield return Named(8) with
        {
            Credentials = [Secret(endsIn: 25, usedAgo: 4, keyId: Key(8))],
            Owners = [Owner(Named(9).Id.ToString()!)],
        };
        yield return Named(9) with { Credentials = [Secret(endsIn: 900, usedAgo: null, madeAgo: 300, keyId: Key(9))] };
        yield return Named(10) with { Owners = [Owner(Named(9).Id.ToString()!)], AppRoles = [AppRole("AppRoleAssignment.ReadWrite.All")] };
        yield return Named(11) with { Owners = null, Activity = null, CreatedOn = null, SignInAudience = null };
        yield return Named(12) with { Activity = new IdentityActivity(), IsEnabled = false };
    }

    private static IEnumerable<InventoriedIdentity> Hostile() => HostileNames.Select((name, i) => Application(100 + i, name) with
    {
        Owners = [Owner() with { DisplayName = name }],
        Notes = name,
        Credentials = [Secret(endsIn: 40, keyId: Key(100 + i)) with { DisplayName = name }],
        AppRoles = [AppRole(i % 2 == 0 ? "Mail.Read" : "User.Read.All") with { ResourceName = i > 8 ? name : "Microsoft Graph" }],
        Federations = [Federation(name, "https://issuer.example", number: 100 + i, name: name)],
    });

    private static InventoriedIdentity Named(int number) => Application(number, Names[number - 1]);

    private static HeldAppRole Api(int number) =>
        AppRole("Orders.Read", $"c1000000-0000-4000-8000-{number:D12}") with
        {
            ResourceName = $"api-{number}",
        };

    private static string Key(int number) => $"70000000-0000-4000-8000-{number:D12}";
}
