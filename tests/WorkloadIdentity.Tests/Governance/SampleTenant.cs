using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>Small inventories for the rules and the reports. Everything about them is fine unless a test says otherwise.</summary>
internal static class SampleTenant
{
    public const string Id = "72f988bf-0000-41af-91ab-2d7cd011db47";
    public const string Graph = "00000003-0000-0000-c000-000000000000";
    public const string KeyId = "5b1f0c3a-9c0f-4d0e-8a54-6f1f6f0d2b11";
    public const string GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10";

    public static readonly DateTimeOffset Now = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset Day(int fromNow) => Now.AddDays(fromNow);

    /// <summary>An application of this tenant that is owned, used, and has nothing that ends.</summary>
    public static InventoriedIdentity Application(int number = 1, string? name = null) => new()
    {
        Id = new ServicePrincipalId($"a0000000-0000-4000-8000-{number:D12}"),
        ApplicationId = new ApplicationObjectId($"b0000000-0000-4000-8000-{number:D12}"),
        ClientId = new ClientId($"c0000000-0000-4000-8000-{number:D12}"),
        DisplayName = name ?? $"app-{number}",
        Kind = IdentityKind.Application,
        IsEnabled = true,
        CreatedOn = Day(-400),
        HomeTenantId = Id,
        IsFromOtherTenant = false,
        SignInAudience = SignInAudience.MyOrganization,
        Owners = [Owner()],
        Federations = [],
        AppRoles = [],
        DirectoryRoles = [],
        DelegatedGrants = [],
        Activity = new IdentityActivity { LastSignIn = Day(-1) },
    };

    public static InventoriedIdentity ManagedIdentity(int number = 1) => Application(number, $"vm-{number}") with
    {
        Kind = IdentityKind.ManagedIdentity,
        ApplicationId = null,
        Owners = [],
        AzureResource = new AzureResource(
            "/subscriptions/d0000000-0000-4000-8000-000000000001/resourceGroups/shop/providers/Microsoft.Compute/virtualMachines/"
                + $"vm-{number}",
            IsUserAssigned: false),
    };

    public static IdentityOwner Owner(string id = "e0000000-0000-4000-8000-000000000001", bool isEnabled = true) => new()
    {
        Id = id,
        Source = OwnerSource.Application,
        Type = "user",
        DisplayName = "Ada",
        UserPrincipalName = "ada@contoso.example",
        IsEnabled = isEnabled,
    };

    /// <summary>A secret that was made a month ago and used yesterday.</summary>
    public static InventoriedCredential Secret(int endsIn = 100, int? usedAgo = 1, int madeAgo = 30, string keyId = KeyId) => new()
    {
        KeyId = keyId,
        Kind = CredentialKind.Secret,
        IsOnApplication = true,
        DisplayName = "ci",
        StartsOn = Day(-madeAgo),
        ExpiresOn = Day(endsIn),
        LastUsedOn = usedAgo is { } days ? Day(-days) : null,
        IsUseKnown = true,
    };

    public static HeldAppRole AppRole(string value, string api = Graph) => new(
        new ServicePrincipalId(api == Graph ? "f0000000-0000-4000-8000-000000000001" : api), RoleIdOf(value))
    {
        ResourceName = api == Graph ? "Microsoft Graph" : "orders-api",
        ResourceClientId = new ClientId(api),
        Value = value,
    };

    /// <summary>An id that is the same for the same role.</summary>
    public static string RoleIdOf(string value) =>
        new Guid(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value))[..16]).ToString();

    public static HeldDirectoryRole DirectoryRole(string template = GlobalAdministrator, string scope = "/", bool isEligible = false) =>
        new(template, scope) { Name = "Global Administrator", TemplateId = template, IsEligible = isEligible };

    public static FederatedCredential Federation(
        string subject = "repo:contoso/orders:ref:refs/heads/main", string issuer = "https://token.actions.githubusercontent.com",
        string audience = "api://AzureADTokenExchange", string? expression = null, int number = 1,
        string? name = null) => new()
        {
            Id = $"90000000-0000-4000-8000-{number:D12}",
            Name = name ?? $"federation-{number}",
            Issuer = issuer,
            Subject = expression is null ? subject : null,
            Audiences = [audience],
            ClaimsMatchingExpression = expression is null ? null : new ClaimsMatchingExpression { LanguageVersion = 1, Value = expression },
        };

    public static RiskDetection Leak(string keyId = KeyId, RiskState? state = null) => new()
    {
        RiskEventType = RiskEventType.LeakedCredentials,
        KeyIds = [keyId],
        RiskState = state ?? RiskState.AtRisk,
        DetectedDateTime = Day(-1),
    };

    /// <summary>A section for each name, all complete but those that are named.</summary>
    public static IReadOnlyList<InventorySection> Sections(params InventorySectionName[] missing) =>
    [
        .. Enum.GetValues<InventorySectionName>().Select(name => missing.Contains(name)
            ? InventorySection.NotRead(name)
            : InventorySection.NotRead(name) with { State = SectionState.Complete, ReadAt = Now.AddMinutes(-3), Rows = 7, Reason = null }),
    ];

    public static TenantInventory Of(params InventoriedIdentity[] identities) => new()
    {
        TenantId = Id,
        ReadAt = Now.AddMinutes(-1),
        Sections = Sections(),
        Identities = identities,
        Policies = [Policy()],
        NamedLocations = [],
        AccessReviews = [],
    };

    /// <summary>A policy for all service principals of the tenant.</summary>
    public static ConditionalAccessPolicy Policy(
        ConditionalAccessState? state = null, string include = "ServicePrincipalsInMyTenant", string? exclude = null,
        string? filter = null) =>
        new()
        {
            Id = "80000000-0000-4000-8000-000000000001",
            DisplayName = "Block workloads outside the network",
            State = state ?? ConditionalAccessState.Enabled,
            Conditions = new ConditionalAccessConditions
            {
                ClientApplications = new ConditionalAccessClients
                {
                    IncludeServicePrincipals = [include],
                    ExcludeServicePrincipals = exclude is null ? [] : [exclude],
                    ServicePrincipalFilter = filter is null ? null : new ConditionalAccessFilter { Mode = "include", Rule = filter },
                },
            },
        };

    public static IReadOnlyList<ReviewFinding> Findings(TenantInventory inventory) => TenantReview.Of(inventory, Now).Findings;

    public static IReadOnlyList<ReviewFinding> Findings(params InventoriedIdentity[] identities) => Findings(Of(identities));
}
