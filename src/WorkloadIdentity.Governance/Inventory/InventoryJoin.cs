namespace WorkloadIdentity.Governance;

/// <summary>The indexes by which the rows of an identity are found, and which sections were read.</summary>
internal sealed class InventoryJoin
{
    public InventoryJoin(InventoryTables tables, string tenantId)
    {
        Tables = tables;
        TenantId = tenantId;
        AppRoles = HeldAppRoles(tables);
        Grants = tables.Grants.Values.ToLookup(grant => grant.ClientId);
        Roles = tables.Roles.Select(role => (role, false)).Concat(tables.EligibleRoles.Select(role => (role, true)))
            .ToLookup(pair => pair.role.PrincipalId ?? "", StringComparer.OrdinalIgnoreCase);
        Detections = tables.Detections.ToLookup(detection => detection.ServicePrincipalId);
        DetectionsByKey = (
            from detection in tables.Detections
            from keyId in detection.KeyIds ?? []
            select (keyId, detection)).ToLookup(pair => pair.keyId, pair => pair.detection, StringComparer.OrdinalIgnoreCase);
    }

    public InventoryTables Tables { get; }

    public string TenantId { get; }

    public Dictionary<string, List<HeldAppRole>> AppRoles { get; }

    public ILookup<ServicePrincipalId, DelegatedGrant> Grants { get; }

    public ILookup<string, (DirectoryRoleAssignment Role, bool IsEligible)> Roles { get; }

    public ILookup<ServicePrincipalId, RiskDetection> Detections { get; }

    public ILookup<string, RiskDetection> DetectionsByKey { get; }

    /// <summary>The value if the section was read, at least in part; else null.</summary>
    public T? IfRead<T>(InventorySectionName section, T value)
        where T : class => IsRead(section) ? value : null;

    public bool IsRead(InventorySectionName section) =>
        Tables.Ended.TryGetValue(section, out var end) && end.State != SectionState.Missing;

    /// <summary>
    /// Whether a section says something about an object even if it has no row of it: it was read in full, and the object existed.
    /// </summary>
    public bool Covers(InventorySectionName section, DateTimeOffset? createdOn) =>
        Tables.Ended.TryGetValue(section, out var end) && end.State == SectionState.Complete && !(createdOn > end.At);

    private static Dictionary<string, List<HeldAppRole>> HeldAppRoles(InventoryTables tables)
    {
        var held = new Dictionary<string, List<HeldAppRole>>(StringComparer.OrdinalIgnoreCase);
        foreach (var ((resourceId, roleId), principals) in tables.Holders)
        {
            tables.Principals.TryGetValue(resourceId, out var resource);
            var role = new HeldAppRole(new ServicePrincipalId(resourceId), roleId)
            {
                ResourceName = resource?.DisplayName,
                ResourceClientId = resource?.AppId,
                Value = resource?.AppRoles?.FirstOrDefault(offered => OpenText.Same(offered.Id, roleId))?.Value,
            };
            foreach (var principal in principals)
            {
                if (!held.TryGetValue(principal, out var roles))
                {
                    held.Add(principal, roles = []);
                }

                roles.Add(role);
            }
        }

        return held;
    }
}
