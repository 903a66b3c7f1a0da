using System.Globalization;

namespace WorkloadIdentity.Testing;

/// <summary>A generated application registration.</summary>
internal sealed class SeededApplication(SeededTenant tenant, int index) : ApplicationRow
{
    private readonly SeededPrincipal _principal = new(tenant, SeededTenant.PrincipalOf(index));

    public int Index => index;

    public override string Id => tenant.Ids.Id(SeededKind.Application, index);

    public override string AppId => _principal.AppId;

    public override string DisplayName => _principal.DisplayName;

    public override DateTimeOffset CreatedOn => _principal.CreatedOn.AddSeconds(-20);

    public override string? CreatedByAppId => _principal.CreatedByAppId;

    public override string SignInAudience => index % 14 == 6 ? "AzureADMultipleOrgs" : "AzureADMyOrg";

    public override string? Notes => index % 9 == 2 ? "See the run book." : null;

    public override string? ServiceManagementReference =>
        index % 6 == 1 ? $"SVC{index.ToString("000000", CultureInfo.InvariantCulture)}" : null;

    public override string? UniqueName => index % 3 == 0 ? SeededTenant.UniqueName + index.ToString(CultureInfo.InvariantCulture) : null;

    public override IReadOnlyList<string> Tags => _principal.Tags;

    public override IReadOnlyList<AppRoleRow> RequiredGraphRoles =>
        [SeededRoles.Of(tenant, 0).First(role => role.Id == SeededRoles.Held(tenant, _principal.Index, 0))];

    public override bool IsLocked => index % 5 != 3;

    public override IReadOnlyList<CredentialRow> Credentials => SeededCredentials.Of(tenant, index);

    public override IReadOnlyList<FederatedCredentialRow> Federated => SeededFederation.OfApplication(tenant, index);

    public override IReadOnlyList<DirectoryReference> Owners => SeededOwners.Of(tenant, index);

    public override string? PrincipalId => _principal.Id;
}
