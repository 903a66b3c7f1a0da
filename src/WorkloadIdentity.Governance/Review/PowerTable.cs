using System.Collections.Frozen;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The application permissions and directory roles that reach far, and why. A permission counts only at the API that gives it its meaning:
/// any API may define a role with the same name.
/// </summary>
internal static class PowerTable
{
    public const string MicrosoftGraph = "00000003-0000-0000-c000-000000000000";
    private const string AzureActiveDirectoryGraph = "00000002-0000-0000-c000-000000000000";
    private const string Exchange = "00000002-0000-0ff1-ce00-000000000000";
    private const string SharePoint = "00000003-0000-0ff1-ce00-000000000000";

    private const string ReadsSites = "can read everyone's files and sites";
    private const string ChangesSites = "can read and change everyone's files and sites";

    /// <summary>Directory roles by the id of their template, which is the same in every tenant.</summary>
    private static readonly FrozenDictionary<string, Reach> Roles = Table(
    [
        (Power.Tenant, "can do everything in the tenant", ["62e90394-69f5-4237-9190-012177145e10"]),
        (Power.Tenant, "can give itself any directory role", ["e8611ab8-c189-46e8-94e1-60213ab1f814"]),
        (Power.Tenant, "can take over the account of any administrator", ["7be44c8a-adaf-4e2a-84d6-ab2649e08a13"]),
        (Power.Tenant, "can add a credential to any application and act as it",
            ["9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "158c047a-c907-4556-b7ef-446551a6b5f7"]),
        (Power.Tenant, "can change how users of a domain sign in, and sign in as any of them",
            ["8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "8329153b-31d0-4727-b945-745eb3bc5f31", "be2f45a1-457d-42af-a067-6ec1fa63bc45"]),
        (Power.Tenant, "can reset the password of any administrator", ["e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"]),
        (Power.Wide, "can change users, their passwords and their sign-in methods",
            [
                "fe930be7-5e62-47db-91af-98c3a49a38b1", "c4e39bd9-1100-46d3-8c65-fb160da0071f", "729827e3-9c14-49f7-bb1b-9608f156bbb8",
                "966707d0-3269-4727-9be2-8c3a10f19b9d", "4ba39ca4-527c-499a-b93d-d9b492c50246",
            ]),
        (Power.Wide, "can switch security settings off",
            ["194ae4cb-b126-40b2-bd5b-6091b380977d", "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "0526716b-113d-4c15-b2c8-68e3c22b9f80"]),
        (Power.Wide, "can run code on every managed device", ["3a2c62db-5318-420d-8d74-23affee5d9d5"]),
        (Power.Wide, "can read and change all of a service: mail, sites, groups",
            ["29232cdf-9323-42fd-ade2-1d097af3e4de", "f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "fdd7a751-b60b-444a-984c-02652fe8fa1c"]),
        (Power.Wide, "can write to the whole directory",
            [
                "9360feb5-f418-4baa-8175-e2a00bac4301", "d29b2b05-8046-44ba-8758-1e26182fcf32", "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
                "59d46f88-662b-457b-bceb-5c3809e5908f",
            ]),
    ]);

    /// <summary>Application permissions of Microsoft Graph, and of the API before it, whose names are the same.</summary>
    private static readonly FrozenDictionary<string, Reach> Permissions = Table(
    [
        (Power.Tenant, "can give itself any directory role",
            [
                "RoleManagement.ReadWrite.Directory", "RoleAssignmentSchedule.ReadWrite.Directory",
                "RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagementPolicy.ReadWrite.Directory",
            ]),
        (Power.Tenant, "can give itself any application permission", ["AppRoleAssignment.ReadWrite.All"]),
        (Power.Tenant, "can add a credential to any application and act as it",
            ["Application.ReadWrite.All", "AgentIdentityBlueprint.AddRemoveCreds.All"]),
        (Power.Tenant, "can make itself a member of a group that holds roles",
            [
                "PrivilegedAccess.ReadWrite.AzureADGroup", "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
                "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup", "RoleManagementPolicy.ReadWrite.AzureADGroup",
                "EntitlementManagement.ReadWrite.All",
            ]),
        (Power.Tenant, "can sign in as any administrator",
            ["UserAuthenticationMethod.ReadWrite.All", "Domain.ReadWrite.All", "Organization.ReadWrite.All",
            "LifecycleWorkflows.ReadWrite.All"]),
        (Power.Tenant, "can consent to permissions for everyone", ["Policy.ReadWrite.PermissionGrant"]),
        (Power.Wide, "can write to the whole directory",
            ["Directory.ReadWrite.All", "Group.ReadWrite.All", "GroupMember.ReadWrite.All", "User.ReadWrite.All",
            "User-PasswordProfile.ReadWrite.All", "User.EnableDisableAccount.All", "DelegatedPermissionGrant.ReadWrite.All",
            "Synchronization.ReadWrite.All"]),
        (Power.Wide, "can switch security settings off",
            ["Policy.ReadWrite.ConditionalAccess", "Policy.ReadWrite.AuthenticationMethod", "Policy.ReadWrite.Authorization",
            "Policy.ReadWrite.ApplicationConfiguration", "CustomSecAttributeAssignment.ReadWrite.All", "SecurityActions.ReadWrite.All"]),
        (Power.Wide, "can read everyone's mail", ["Mail.Read"]),
        (Power.Wide, "can read and change everyone's mail", ["Mail.ReadWrite"]),
        (Power.Wide, "can send mail as everyone", ["Mail.Send"]),
        (Power.Wide, "can change everyone's mailbox settings", ["MailboxSettings.ReadWrite"]),
        (Power.Wide, "can read and change everyone's calendars", ["Calendars.ReadWrite"]),
        (Power.Wide, ReadsSites, ["Files.Read.All", "Sites.Read.All"]),
        (Power.Wide, ChangesSites, ["Files.ReadWrite.All", "Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"]),
        (Power.Wide, "can read everyone's messages", ["Chat.Read.All", "ChannelMessage.Read.All"]),
        (Power.Wide, "can read and change everyone's messages", ["Chat.ReadWrite.All"]),
        (Power.Wide, "can run code on every managed device or read its keys",
            ["DeviceManagementConfiguration.ReadWrite.All", "DeviceManagementManagedDevices.PrivilegedOperations.All",
            "DeviceManagementRBAC.ReadWrite.All", "DeviceManagementApps.ReadWrite.All", "BitlockerKey.Read.All",
            "DeviceLocalCredential.Read.All"]),
    ]);

    private static readonly FrozenDictionary<string, Reach> ExchangePermissions = Table(
    [
        (Power.Wide, "can read and change every mailbox", ["full_access_as_app", "Exchange.ManageAsApp", "Mail.ReadWrite"]),
        (Power.Wide, "can read every mailbox", ["Mail.Read"]),
    ]);

    private static readonly FrozenDictionary<string, Reach> SharePointPermissions = Table(
    [
        (Power.Wide, ReadsSites, ["Sites.Read.All"]),
        (Power.Wide, ChangesSites, ["Sites.FullControl.All", "Sites.Manage.All", "Sites.ReadWrite.All"]),
    ]);

    private static readonly FrozenDictionary<string, FrozenDictionary<string, Reach>> Apis =
        new Dictionary<string, FrozenDictionary<string, Reach>>
        {
            [MicrosoftGraph] = Permissions,
            [AzureActiveDirectoryGraph] = Permissions,
            [Exchange] = ExchangePermissions,
            [SharePoint] = SharePointPermissions,
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>What an application permission reaches.</summary>
    /// <param name="resource">The client id of the API that defines it.</param>
    /// <param name="value">The permission, such as Mail.Read.</param>
    public static Reach Permission(string? resource, string? value) =>
        resource is not null && value is not null && Apis.TryGetValue(resource, out var table)
            ? table.GetValueOrDefault(value) ?? Reach.Ordinary
            : Reach.Ordinary;

    /// <summary>What a directory role reaches, by the id of its template.</summary>
    public static Reach DirectoryRole(string? templateId) =>
        templateId is null ? Reach.Ordinary : Roles.GetValueOrDefault(templateId) ?? Reach.Ordinary;

    private static FrozenDictionary<string, Reach> Table((Power Power, string Why, string[] Names)[] rows) => rows
        .SelectMany(row => row.Names.Select(name => KeyValuePair.Create(name, new Reach(row.Power, row.Why))))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}

/// <summary>What a permission or role reaches, and what it allows: for a sentence whose subject is the identity.</summary>
internal sealed record Reach(Power Power, string Why)
{
    public static Reach Ordinary { get; } = new(Power.Ordinary, "");
}
