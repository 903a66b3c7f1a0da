namespace WorkloadIdentity.Governance;

/// <summary>
/// The indexes by which the rows of an identity are found, and which sections were read. It empties the tables that it indexes, so that a
/// large tenant is not held twice.
/// </summary>
internal sealed class InventoryJoin
{
    private readonly Dictionary<string, IReadOnlyList<string>> _scopes = new(StringComparer.Ordinal);

    public InventoryJoin(InventoryTables tables, string tenantId)
    {
        Tables = tables;
        TenantId = tenantId;
        AppRoles = HeldAppRoles(tables);
        tables.Holders.Clear();
        Grants = tables.Grants.Values.ToLookup(grant => grant.ClientId);
        tables.Grants.Clear();
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

    /// <summary>What identities without custom security attributes share.</summary>
    public CustomSecurityAttributes NoAttributes { get; } = new([]);

    public Dictionary<string, HeldAppRole[]> AppRoles { get; }

    public ILookup<ServicePrincipalId, DelegatedGrant> Grants { get; }

    public ILookup<string, (DirectoryRoleAssignment Role, bool IsEligible)> Roles { get; }

    public ILookup<ServicePrincipalId, RiskDetection> Detections { get; }

    public ILookup<string, RiskDetection> DetectionsByKey { get; }

    /// <summary>The permissions of a grant. Few lists of them are common, so each is one object.</summary>
    public IReadOnlyList<string> Scopes(string text)
    {
        if (!_scopes.TryGetValue(text, out var scopes))
        {
            _scopes.Add(text, scopes = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }

        return scopes;
    }

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

    private static Dictionary<string, HeldAppRole[]> HeldAppRoles(InventoryTables tables)
    {
        // Counted first, so that each list has exactly the room that it needs.
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var principal in tables.Holders.Values.SelectMany(principals => principals))
        {
            open[principal] = open.GetValueOrDefault(principal) + 1;
        }

        var held = open.ToDictionary(count => count.Key, count => new HeldAppRole[count.Value], StringComparer.OrdinalIgnoreCase);
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
                var roles = held[principal];
                roles[roles.Length - open[principal]--] = role;
            }
        }

        return held;
    }
}
