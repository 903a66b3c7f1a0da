using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>A generated service principal.</summary>
internal sealed class SeededPrincipal(SeededTenant tenant, int index) : PrincipalRow
{
    private static readonly IReadOnlyList<string> Areas =
        ["orders", "billing", "search", "reports", "import", "export", "mail", "devices", "stock", "portal", "audit"];

    /// <summary>How many days ago they signed in; -1 for never.</summary>
    private static readonly IReadOnlyList<int> DaysSince = [0, 0, 0, 1, 6, 20, 120, -1];

    /// <summary>Which of the ten kinds.</summary>
    private readonly int _kind = index % 10;

    private readonly int? _application = SeededTenant.ApplicationOf(index);

    public int Index => index;

    public override string Id => tenant.PrincipalId(index);

    public override string AppId => tenant.AppId(index);

    public override string DisplayName
    {
        get
        {
            var number = index.ToString(CultureInfo.InvariantCulture);
            var area = Areas[index % Areas.Count];
            return tenant.ResourceOf(index) is { } resource
                ? resource == 0 ? "Microsoft Graph" : $"Microsoft {area} API {number}"
                : _kind switch
                {
                    < 3 => $"{area} service {number}",
                    3 => $"vm-{area}-{number}",
                    4 => $"id-{area}-{number}",
                    5 or 8 => $"Fabrikam {area} {number}",
                    6 or 7 => $"Microsoft {area} {number}",
                    _ => IsAgent ? $"{area} agent {number}" : $"{area} legacy {number}",
                };
        }
    }

    public override string Kind => _kind switch
    {
        3 or 4 => "ManagedIdentity",
        9 => IsAgent ? "ServiceIdentity" : IsBlueprint ? "Application" : index % 30 == 29 ? "SocialIdp" : "Legacy",
        _ => "Application",
    };

    public override string? HomeTenant => _kind switch
    {
        3 or 4 => null,
        5 or 8 => tenant.Ids.Id(SeededKind.Tenant, 1 + (index % 7)),
        6 or 7 => SeededTenant.MicrosoftTenant,
        _ => tenant.TenantId,
    };

    public override bool IsEnabled => index % 13 != 12;

    public override DateTimeOffset CreatedOn => tenant.DaysAgo(1 + tenant.Ids.Draw(SeededKind.Principal, index, 1, 1_500))
        .AddMinutes(tenant.Ids.Draw(SeededKind.Principal, index, 2, 1_440));

    public override string? CreatedByAppId => index % 4 == 1 ? tenant.Ids.Id(SeededKind.Client, 1) : null;

    public override string? DisabledByMicrosoft => index % 1_000 == 258 ? "DisabledDueToViolationOfServicesAgreement" : null;

    public override string? Notes => index % 20 == 1 ? "Owned by the platform team." : null;

    public override string SignInAudience => _kind is 5 or 6 or 7 or 8 ? "AzureADMultipleOrgs" : "AzureADMyOrg";

    public override IReadOnlyList<string> Tags => _kind < 3 || _kind is 5 or 8 ? ["WindowsAzureActiveDirectoryIntegratedApp"] : [];

    public override IReadOnlyList<string> AlternativeNames => _kind is not (3 or 4) ? [] :
    [
        $"isExplicit={(_kind == 4 ? "True" : "False")}",
        $"/subscriptions/{tenant.Ids.Id(SeededKind.Tenant, 100 + (index % 5))}/resourcegroups/rg-{Areas[index % Areas.Count]}/providers/"
            + $"{(_kind == 4 ? "Microsoft.ManagedIdentity/userAssignedIdentities" : "Microsoft.Compute/virtualMachines")}/{DisplayName}",
    ];

    public override IReadOnlyList<AppRoleRow> AppRoles => tenant.ResourceOf(index) is { } resource ? SeededRoles.Of(tenant, resource) : [];

    public override IReadOnlyList<string> Scopes => tenant.ResourceOf(index) is null ? [] : SeededGrants.Scopes;

    // One in twenty signs users in with SAML.
    public override IReadOnlyList<CredentialRow> Credentials => index % 20 == 5 ? [SeededCredentials.Signing(tenant, index)] : [];

    public override IReadOnlyList<FederatedCredentialRow> Federated =>
        _kind == 4 && index / 10 % 4 == 0 ? SeededFederation.OfIdentity(tenant, index) : [];

    public override IReadOnlyList<DirectoryReference> Owners => _application is { } application
        ? application % 4 == 1 ? [.. SeededOwners.Of(tenant, application).Take(1)] : SeededOwners.Many(tenant, application, 6, 23)
        : _kind == 5 && index % 3 == 0 ? [SeededOwners.User(tenant, index)] : [];

    public override IReadOnlyList<DirectoryReference> Sponsors => IsAgent || IsBlueprint ? [SeededOwners.User(tenant, index)] : [];

    public override JsonObject? Attributes => SeededAttributes.Of(index);

    public override string? DerivedType => IsAgent ? "agentIdentity" : IsBlueprint ? "agentIdentityBlueprintPrincipal" : null;

    public override string? BlueprintId => IsAgent ? tenant.AppId(index - 10) : null;

    public override DateTimeOffset? SignedInOn
    {
        get
        {
            var days = DaysSince[tenant.Ids.Draw(SeededKind.Request, index, 1, DaysSince.Count)];
            return days < 0 ? null : tenant.DaysAgo(days).AddMinutes(-tenant.Ids.Draw(SeededKind.Request, index, 2, 600));
        }
    }

    /// <summary>Two of a hundred: an agent identity, whose blueprint's principal is ten places before.</summary>
    private bool IsAgent => index % 50 == 19;

    private bool IsBlueprint => index % 50 == 9;
}
