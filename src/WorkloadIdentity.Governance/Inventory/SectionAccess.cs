namespace WorkloadIdentity.Governance;

/// <summary>
/// What a section needs: the least application permission, as Graph's list of permissions marks it (2026-08), and the licence.
/// </summary>
internal sealed record SectionAccess(string Permission, string? License = null)
{
    public static SectionAccess Of(InventorySectionName name) => name switch
    {
        InventorySectionName.AgentIdentities => new("AgentIdentity.Read.All"),
        InventorySectionName.CustomSecurityAttributes => new("CustomSecAttributeAssignment.Read.All"),
        InventorySectionName.DelegatedGrants => new("Directory.Read.All"),
        InventorySectionName.DirectoryRoles => new("RoleManagement.Read.Directory"),
        InventorySectionName.EligibleDirectoryRoles => new("RoleEligibilitySchedule.Read.Directory", "Microsoft Entra ID P2"),
        InventorySectionName.SignIns or InventorySectionName.CredentialUse => new("AuditLog.Read.All", "Microsoft Entra ID P1"),
        InventorySectionName.Risk => new("IdentityRiskyServicePrincipal.Read.All", "Microsoft Entra Workload ID Premium"),
        InventorySectionName.RiskDetections => new("IdentityRiskEvent.Read.All", "Microsoft Entra Workload ID Premium"),
        InventorySectionName.ConditionalAccess or InventorySectionName.NamedLocations
            or InventorySectionName.AppManagementPolicies => new("Policy.Read.All"),
        InventorySectionName.AccessReviews => new("AccessReview.Read.All", "Microsoft Entra ID Governance"),
        _ => new("Application.Read.All"),
    };
}
