namespace WorkloadIdentity.Governance;

/// <summary>
/// Joins what Graph sent into the identities of a tenant. It asks nobody anything. It uses the tables up, so they are saved before.
/// </summary>
internal sealed class InventoryBuilder(InventoryTables tables, string tenantId, DateTimeOffset now)
{
    public TenantInventory Build()
    {
        var join = new InventoryJoin(tables, tenantId);
        var identities = new List<InventoriedIdentity>(tables.Principals.Count + 16);
        var byClient = tables.Applications.Values.GroupBy(application => application.AppId)
            .ToDictionary(group => group.Key, group => group.First());
        foreach (var principal in tables.Principals.Values)
        {
            byClient.TryGetValue(principal.AppId, out var application);
            identities.Add(new IdentityBuilder(join, principal, application).Build());
        }

        var represented = tables.Principals.Values.Select(principal => principal.AppId).ToHashSet();
        identities.AddRange(tables.Applications.Values.Where(application => !represented.Contains(application.AppId))
            .Select(application => new IdentityBuilder(join, null, application).Build()));

        return new TenantInventory
        {
            TenantId = tenantId,
            ReadAt = now,
            Sections = [.. Enum.GetValues<InventorySectionName>().Select(Section)],
            Identities = identities,
            Policies = join.IfRead(InventorySectionName.ConditionalAccess, tables.Policies),
            NamedLocations = join.IfRead(InventorySectionName.NamedLocations, tables.Locations),
            AppManagementPolicies = join.IfRead(InventorySectionName.AppManagementPolicies, tables.AppPolicies),
            AccessReviews = join.IfRead<List<InventoriedReview>>(
                InventorySectionName.AccessReviews,
                [
                    .. tables.Reviews.Select(review =>
                        new InventoriedReview(review, tables.Decisions.GetValueOrDefault(review.Id) ?? [])),
                ]),
        };
    }

    private InventorySection Section(InventorySectionName name)
    {
        var section = InventorySection.NotRead(name);
        if (!tables.Ended.TryGetValue(name, out var end))
        {
            return section;
        }

        var later = tables.Principals.Values.Count(principal => principal.CreatedDateTime > end.At);
        return section with
        {
            State = end.State,
            ReadAt = end.State == SectionState.Missing ? null : end.At,
            Rows = end.Rows,
            Reason = end.Reason,
            Notes = later == 0 || end.State == SectionState.Missing
                ? end.Notes ?? []
                : [.. end.Notes ?? [], $"{later} service principals were created after this section was read and are not in it."],
        };
    }
}
