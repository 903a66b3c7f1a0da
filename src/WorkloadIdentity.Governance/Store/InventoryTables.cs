namespace WorkloadIdentity.Governance;

/// <summary>
/// What is known of a tenant, as Graph sent it: the lines of a state file, applied one after the other. Not safe for concurrent use.
/// </summary>
internal sealed class InventoryTables
{
    private static StringComparer Ids => StringComparer.OrdinalIgnoreCase;

    public Dictionary<string, AppRegistration> Applications { get; } = new(Ids);

    public Dictionary<string, ServicePrincipal> Principals { get; } = new(Ids);

    public Dictionary<string, DelegatedGrant> Grants { get; } = new(Ids);

    /// <summary>By the id of an application or a service principal; those without an owner are not in it.</summary>
    public Dictionary<string, IReadOnlyList<DirectoryObject>> Owners { get; } = new(Ids);

    public Dictionary<string, IReadOnlyList<DirectoryObject>> Sponsors { get; } = new(Ids);

    public Dictionary<string, string> Blueprints { get; } = new(Ids);

    public Dictionary<string, IReadOnlyList<FederatedCredential>> Federations { get; } = new(Ids);

    public Dictionary<string, CustomSecurityAttributes> Attributes { get; } = new(Ids);

    public Dictionary<(string Resource, string Role), IReadOnlyList<string>> Holders { get; } = [];

    public Dictionary<string, DirectoryRole> RoleDefinitions { get; } = new(Ids);

    public List<DirectoryRoleAssignment> Roles { get; } = [];

    public List<DirectoryRoleAssignment> EligibleRoles { get; } = [];

    public Dictionary<ClientId, IdentityActivity> SignIns { get; } = [];

    public Dictionary<string, DateTimeOffset> CredentialUse { get; } = new(Ids);

    public Dictionary<string, RiskyServicePrincipal> Risk { get; } = new(Ids);

    public List<RiskDetection> Detections { get; } = [];

    public List<ConditionalAccessPolicy> Policies { get; } = [];

    public List<NamedLocation> Locations { get; } = [];

    public List<AppManagementPolicy> AppPolicies { get; } = [];

    public List<AccessReview> Reviews { get; } = [];

    public Dictionary<string, IReadOnlyList<AccessReviewDecision>> Decisions { get; } = new(Ids);

    /// <summary>The sections that were read to their end.</summary>
    public Dictionary<InventorySectionName, StateSection> Ended { get; } = [];

    /// <summary>The sections whose reading has begun.</summary>
    public Dictionary<InventorySectionName, SectionPlace> Places { get; } = [];

    public void Apply(StateLine line)
    {
        if (line.Begin is { } begin)
        {
            Clear(begin.Section);
            Places[begin.Section] = new SectionPlace(begin.At);
        }
        else if (line.Page is { } page)
        {
            Places.GetValueOrDefault(page.Section)?.Reach(page);
        }
        else if (line.End is { } end)
        {
            Places.Remove(end.Section);
            Ended[end.Section] = end;
        }
        else if (!ApplyDirectory(line))
        {
            ApplyOthers(line);
        }
    }

    /// <summary>The one object that stands for an id, so that half a million assignments do not keep as many texts.</summary>
    public string Canonical(string id) => Principals.TryGetValue(id, out var principal) ? principal.Id.Value : id;

    private bool ApplyDirectory(StateLine line)
    {
        if (line.ServicePrincipal is { } principal)
        {
            Principals[principal.Id.Value] = principal;
        }
        else if (line.Application is { } application)
        {
            Applications[application.Id.Value] = application;
        }
        else if (line.Grant is { } grant)
        {
            Grants[grant.Id] = grant.Of(new ServicePrincipalId(Canonical(grant.ClientId.Value)));
        }
        else if (line.Of is { } relations)
        {
            Apply(relations);
        }
        else if (line.Holders is { } holders)
        {
            Holders[(Canonical(holders.Resource), holders.Role)] = [.. holders.Principals.Select(Canonical)];
        }
        else if (line.Removed is { } id)
        {
            Remove(id);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Remove(string id)
    {
        _ = Principals.Remove(id) || Applications.Remove(id) || Grants.Remove(id);
        Owners.Remove(id);
        Sponsors.Remove(id);
        Blueprints.Remove(id);
        Federations.Remove(id);
        Attributes.Remove(id);
    }

    private void Apply(StateRelations relations)
    {
        Set(Owners, relations.Owners);
        Set(Sponsors, relations.Sponsors);
        Set(Blueprints, relations.Blueprint);
        Set(Federations, relations.Federations);
        Set(Attributes, relations.Attributes);

        void Set<T>(Dictionary<string, T> table, T? value)
            where T : class
        {
            if (value is not null)
            {
                table[Canonical(relations.Id)] = value;
            }
        }
    }

    private void ApplyOthers(StateLine line)
    {
        if (line.SignIns is { } signIns)
        {
            SignIns[signIns.AppId] = signIns.Activity;
        }
        else if (line.CredentialUse is { } use)
        {
            CredentialUse[use.KeyId] = CredentialUse.TryGetValue(use.KeyId, out var known) && known > use.At ? known : use.At;
        }
        else if (line.Risk is { } risk)
        {
            Risk[risk.Id.Value] = risk;
        }
        else if (line.RoleDefinition is { } definition)
        {
            RoleDefinitions[definition.Id] = definition;
        }
        else if (line.Decisions is { } decisions)
        {
            Decisions[decisions.Review] = decisions.Items;
        }
        else
        {
            _ = Add(Roles, line.Role) || Add(EligibleRoles, line.EligibleRole) || Add(Detections, line.Detection)
                || Add(Policies, line.Policy) || Add(Locations, line.Location) || Add(AppPolicies, line.AppPolicy)
                || Add(Reviews, line.Review);
        }

        static bool Add<T>(List<T> table, T? row)
            where T : class
        {
            if (row is not null)
            {
                table.Add(row);
            }

            return row is not null;
        }
    }

    private void Clear(InventorySectionName section)
    {
        Ended.Remove(section);
        Action clear = section switch
        {
            InventorySectionName.Applications => Applications.Clear,
            InventorySectionName.ServicePrincipals => Principals.Clear,
            InventorySectionName.DelegatedGrants => Grants.Clear,
            InventorySectionName.Owners => Owners.Clear,
            InventorySectionName.AgentIdentities => Both(Sponsors.Clear, Blueprints.Clear),
            InventorySectionName.CustomSecurityAttributes => Attributes.Clear,
            InventorySectionName.Federations => Federations.Clear,
            InventorySectionName.AppRoles => Holders.Clear,
            InventorySectionName.DirectoryRoles => Both(Roles.Clear, RoleDefinitions.Clear),
            InventorySectionName.EligibleDirectoryRoles => EligibleRoles.Clear,
            InventorySectionName.SignIns => SignIns.Clear,
            InventorySectionName.CredentialUse => CredentialUse.Clear,
            InventorySectionName.Risk => Risk.Clear,
            InventorySectionName.RiskDetections => Detections.Clear,
            InventorySectionName.ConditionalAccess => Policies.Clear,
            InventorySectionName.NamedLocations => Locations.Clear,
            InventorySectionName.AppManagementPolicies => AppPolicies.Clear,
            _ => Both(Reviews.Clear, Decisions.Clear),
        };
        clear();

        static Action Both(Action first, Action second) => () =>
        {
            first();
            second();
        };
    }
}
