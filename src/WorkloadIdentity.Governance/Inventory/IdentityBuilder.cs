namespace WorkloadIdentity.Governance;

/// <summary>One identity out of its rows.</summary>
internal sealed class IdentityBuilder(InventoryJoin rows, ServicePrincipal? principal, AppRegistration? application)
{
    private readonly DateTimeOffset? _createdOn = principal?.CreatedDateTime ?? application?.CreatedDateTime;

    private InventoryTables Tables => rows.Tables;

    public InventoriedIdentity Build()
    {
        var clientId = principal?.AppId ?? application!.AppId;
        var home = principal?.AppOwnerOrganizationId ?? (application is null ? null : rows.TenantId);
        return new InventoriedIdentity
        {
            Id = principal?.Id,
            ApplicationId = application?.Id,
            ClientId = clientId,
            DisplayName = principal?.DisplayName ?? application?.DisplayName ?? clientId.Value,
            Kind = IdentityKinds.Of(principal, application),
            ServicePrincipalType = principal?.ServicePrincipalType,
            IsEnabled = IsEnabled(),
            DisabledByMicrosoft = DisabledByMicrosoft(),
            CreatedOn = _createdOn,
            CreatedBy = principal?.CreatedByAppId ?? application?.CreatedByAppId,
            HomeTenantId = home,
            IsFromOtherTenant = home is null ? null : !OpenText.Same(home, rows.TenantId),
            SignInAudience = application?.SignInAudience ?? principal?.SignInAudience,
            AzureResource = IdentityKinds.Of(principal, application) == IdentityKind.ManagedIdentity
                ? AzureResource.From(principal?.AlternativeNames)
                : null,
            AgentBlueprintId = principal is null ? null
                : principal.AgentIdentityBlueprintId ?? Tables.Blueprints.GetValueOrDefault(principal.Id.Value),
            Tags = Joined(principal?.Tags, application?.Tags),
            Notes = principal?.Notes ?? application?.Notes,
            ServiceManagementReference = application?.ServiceManagementReference,
            Owners = Owners(),
            Credentials = new CredentialBuilder(rows, principal, application).Build(),
            Federations = Federations(),
            AppRoles = Of(InventorySectionName.AppRoles, rows.AppRoles.GetValueOrDefault),
            DelegatedGrants = Of(InventorySectionName.DelegatedGrants, _ => Grants()),
            DirectoryRoles = Of(InventorySectionName.DirectoryRoles, DirectoryRoles),
            Activity = Activity(clientId),
            Risk = Risk(),
            CustomSecurityAttributes = principal is null ? null
                : Tables.Attributes.GetValueOrDefault(principal.Id.Value)
                    ?? (rows.Covers(InventorySectionName.CustomSecurityAttributes, _createdOn) ? rows.NoAttributes : null),
        };
    }

    private bool? IsEnabled() =>
        principal is null && application is null ? null
        : principal?.AccountEnabled != false && principal?.IsDisabled != true && application?.IsDisabled != true
            && DisabledByMicrosoft() is null;

    /// <summary>Graph sends the text <c>NotDisabled</c> for some objects, and null for others.</summary>
    private string? DisabledByMicrosoft() =>
        (principal?.DisabledByMicrosoftStatus ?? application?.DisabledByMicrosoftStatus) is { Length: > 0 } status
        && !OpenText.Same(status, "NotDisabled") ? status : null;

    private static IReadOnlyList<string> Joined(IReadOnlyList<string>? first, IReadOnlyList<string>? second) =>
        (first, second) switch
        {
            (null or { Count: 0 }, null or { Count: 0 }) => [],
            (_, null or { Count: 0 }) => first,
            (null or { Count: 0 }, _) => second,
            _ => [.. first.Union(second, StringComparer.OrdinalIgnoreCase)],
        };

    /// <summary>The rows of a section. Without a row there are none, if the section covers the identity.</summary>
    private IReadOnlyList<T>? Of<T>(InventorySectionName section, Func<string, IReadOnlyList<T>?> find)
    {
        var found = principal is null ? null : find(principal.Id.Value);
        return found is { Count: > 0 } ? found : rows.Covers(section, _createdOn) ? [] : null;
    }

    private IdentityOwner[]? Owners()
    {
        IdentityOwner[] owners =
        [
            .. Owners(Tables.Owners.GetValueOrDefault(application?.Id.Value ?? ""), OwnerSource.Application),
            .. Owners(Taken(Tables.Owners, principal), OwnerSource.ServicePrincipal),
            .. Owners(Taken(Tables.Sponsors, principal), OwnerSource.Sponsor),
        ];
        return owners.Length > 0 ? owners : rows.Covers(InventorySectionName.Owners, _createdOn) ? [] : null;
    }

    private static IReadOnlyList<DirectoryObject>? Taken(
        Dictionary<string, IReadOnlyList<DirectoryObject>> table, ServicePrincipal? principal) =>
        principal is not null && table.Remove(principal.Id.Value, out var listed) ? listed : null;

    private static IEnumerable<IdentityOwner> Owners(IReadOnlyList<DirectoryObject>? listed, OwnerSource source) =>
        (listed ?? []).Select(row => new IdentityOwner
        {
            Id = row.Id,
            Source = source,
            Type = row.ODataType switch
            {
                null => null,
                "#microsoft.graph.user" => "user",
                "#microsoft.graph.servicePrincipal" => "servicePrincipal",
                { } other => other[(other.LastIndexOf('.') + 1)..],
            },
            DisplayName = row.DisplayName,
            UserPrincipalName = row.UserPrincipalName,
            IsEnabled = row.AccountEnabled,
            IsHidden = row is { DisplayName: null, UserPrincipalName: null, AccountEnabled: null },
        });

    private IReadOnlyList<FederatedCredential>? Federations()
    {
        var found = Tables.Federations.GetValueOrDefault(application?.Id.Value ?? "")
            ?? Tables.Federations.GetValueOrDefault(principal?.Id.Value ?? "");
        return found ?? (rows.Covers(InventorySectionName.Federations, _createdOn) ? [] : null);
    }

    private InventoriedGrant[] Grants() => !rows.Grants.Contains(principal!.Id)
        ? []
        : [.. from grant in rows.Grants[principal.Id]
            group grant by (
                grant.ResourceId, Scope: grant.Scope ?? "",
                IsForAll: OpenText.Same(grant.ConsentType, "AllPrincipals")) into same
            select new InventoriedGrant(same.Key.ResourceId, rows.Scopes(same.Key.Scope))
            {
                ResourceName = Tables.Principals.GetValueOrDefault(same.Key.ResourceId.Value)?.DisplayName,
                IsForAllUsers = same.Key.IsForAll,
                Users = same.Key.IsForAll ? 0 : same.Count(),
            }];

    private HeldDirectoryRole[] DirectoryRoles(string id) => !rows.Roles.Contains(id)
        ? []
        : [.. rows.Roles[id].Select(pair =>
        {
            var definition = Tables.RoleDefinitions.GetValueOrDefault(pair.Role.RoleDefinitionId ?? "");
            return new HeldDirectoryRole(pair.Role.RoleDefinitionId ?? "", pair.Role.DirectoryScopeId ?? "/")
            {
                Name = definition?.DisplayName,
                TemplateId = definition?.TemplateId,
                IsEligible = pair.IsEligible,
                EndsOn = pair.Role.EndDateTime,
            };
        })];

    private IdentityActivity? Activity(ClientId clientId) =>
        Tables.SignIns.GetValueOrDefault(clientId)
            ?? (rows.Covers(InventorySectionName.SignIns, _createdOn) ? IdentityActivity.None : null);

    private IdentityRisk? Risk()
    {
        if (principal is null || !(rows.IsRead(InventorySectionName.Risk) || rows.IsRead(InventorySectionName.RiskDetections)))
        {
            return null;
        }

        var row = Tables.Risk.GetValueOrDefault(principal.Id.Value);
        var detections = rows.IsRead(InventorySectionName.RiskDetections) ? rows.Detections[principal.Id].ToArray() : null;
        return row is null && detections is null or { Length: 0 }
            ? !rows.Covers(InventorySectionName.Risk, _createdOn) ? null
                : detections is null ? IdentityRisk.NoneWithoutDetections : IdentityRisk.None
            : new IdentityRisk
            {
                Level = row?.RiskLevel ?? RiskLevel.None,
                State = row?.RiskState ?? RiskState.None,
                Detail = row?.RiskDetail,
                UpdatedOn = row?.RiskLastUpdatedDateTime,
                Detections = detections,
            };
    }
}
