namespace WorkloadIdentity.Governance;

/// <summary>The tables as lines again: what a finished state file contains.</summary>
internal static class TableLines
{
    public static IEnumerable<StateLine> Of(InventoryTables tables) =>
        Directory(tables).Concat(Relations(tables)).Concat(Others(tables))
            .Concat(tables.Ended.Values.Select(end => new StateLine { End = end }));

    private static IEnumerable<StateLine> Directory(InventoryTables tables) =>
        tables.Principals.Values.Select(row => new StateLine { ServicePrincipal = row })
            .Concat(tables.Applications.Values.Select(row => new StateLine { Application = row }))
            .Concat(tables.Grants.Values.Select(row => new StateLine { Grant = row }));

    private static IEnumerable<StateLine> Relations(InventoryTables tables) =>
        tables.Owners.Select(row => new StateRelations { Id = row.Key, Owners = row.Value })
            .Concat(tables.Sponsors.Select(row => new StateRelations { Id = row.Key, Sponsors = row.Value }))
            .Concat(tables.Blueprints.Select(row => new StateRelations { Id = row.Key, Blueprint = row.Value }))
            .Concat(tables.Federations.Select(row => new StateRelations { Id = row.Key, Federations = row.Value }))
            .Concat(tables.Attributes.Select(row => new StateRelations { Id = row.Key, Attributes = row.Value }))
            .Select(relations => new StateLine { Of = relations })
            .Concat(tables.Holders.Select(row => new StateLine
            {
                Holders = new StateHolders { Resource = row.Key.Resource, Role = row.Key.Role, Principals = row.Value },
            }));

    private static IEnumerable<StateLine> Others(InventoryTables tables) =>
        tables.RoleDefinitions.Values.Select(row => new StateLine { RoleDefinition = row })
            .Concat(tables.Roles.Select(row => new StateLine { Role = row }))
            .Concat(tables.EligibleRoles.Select(row => new StateLine { EligibleRole = row }))
            .Concat(tables.SignIns.Select(row => new StateLine
            {
                SignIns = new StateSignIns { AppId = row.Key, Activity = row.Value },
            }))
            .Concat(tables.CredentialUse.Select(row => new StateLine
            {
                CredentialUse = new StateUse { KeyId = row.Key, At = row.Value },
            }))
            .Concat(tables.Risk.Values.Select(row => new StateLine { Risk = row }))
            .Concat(tables.Detections.Select(row => new StateLine { Detection = row }))
            .Concat(tables.Policies.Select(row => new StateLine { Policy = row }))
            .Concat(tables.Locations.Select(row => new StateLine { Location = row }))
            .Concat(tables.AppPolicies.Select(row => new StateLine { AppPolicy = row }))
            .Concat(tables.Reviews.Select(row => new StateLine { Review = row }))
            .Concat(tables.Decisions.Select(row => new StateLine
            {
                Decisions = new StateDecisions { Review = row.Key, Items = row.Value },
            }));
}
