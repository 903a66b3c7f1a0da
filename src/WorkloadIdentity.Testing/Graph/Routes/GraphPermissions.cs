namespace WorkloadIdentity.Testing;

/// <summary>
/// The application permissions that each kind of call accepts, the least first (microsoftgraph/microsoft-graph-devx-content,
/// <c>permissions/new/permissions.json</c>, 2026-08-07).
/// </summary>
internal static class GraphPermissions
{
    public static readonly IReadOnlyList<string> ReadApplications =
    [
        "Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.Read.All",
        "Directory.ReadWrite.All",
    ];

    public static readonly IReadOnlyList<string> ReadFederatedCredentials =
        ["Application.Read.All", "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"];

    /// <summary><c>OwnedBy</c> is enough for owners: see <see cref="GraphRoute.IsOwned"/>.</summary>
    public static readonly IReadOnlyList<string> WriteFederatedCredentials = ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadMemberships =
        ["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

    /// <summary><c>OwnedBy</c> is enough for owners: see <see cref="GraphRoute.IsOwned"/>.</summary>
    public static readonly IReadOnlyList<string> WriteCredentials =
        ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> WriteApplications = ["Application.ReadWrite.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadGrants =
        ["Directory.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> WriteGrants = ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadOrganization =
        ["Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

    /// <summary>Without one of these, users come with nothing but their id.</summary>
    public static readonly IReadOnlyList<string> ReadUsers =
        ["User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadAgents =
        ["AgentIdentity.Read.All", "AgentIdentity.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadBlueprints =
        ["AgentIdentityBlueprint.Read.All", "AgentIdentityBlueprint.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadBlueprintPrincipals =
        ["AgentIdentityBlueprintPrincipal.Read.All", "AgentIdentityBlueprintPrincipal.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadSponsors =
        ["Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"];

    public static readonly IReadOnlyList<string> ReadRoles =
        ["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All", "Directory.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadRoleDefinitions = [.. ReadRoles, "RoleManagement.Read.All"];

    public static readonly IReadOnlyList<string> ReadActiveRoles =
    [
        "RoleAssignmentSchedule.Read.Directory", "RoleAssignmentSchedule.ReadWrite.Directory", "RoleManagement.Read.All",
        "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory",
    ];

    public static readonly IReadOnlyList<string> ReadEligibleRoles =
    [
        "RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory", "RoleManagement.Read.All",
        "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory",
    ];

    public static readonly IReadOnlyList<string> ReadRiskyPrincipals =
        ["IdentityRiskyServicePrincipal.Read.All", "IdentityRiskyServicePrincipal.ReadWrite.All"];

    public static readonly IReadOnlyList<string> DecideRisk = ["IdentityRiskyServicePrincipal.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadRiskDetections = ["IdentityRiskEvent.Read.All"];

    public static readonly IReadOnlyList<string> ReadPolicies = ["Policy.Read.All"];

    public static readonly IReadOnlyList<string> WriteAccessPolicies = ["Policy.ReadWrite.ConditionalAccess"];

    public static readonly IReadOnlyList<string> WriteReviews = ["AccessReview.ReadWrite.All"];

    public static readonly IReadOnlyList<string> WriteAttributeValues = ["CustomSecAttributeAssignment.ReadWrite.All"];

    public static readonly IReadOnlyList<string> Evaluate =
        ["Policy.Read.ConditionalAccess", "Policy.Read.All", "Policy.ReadWrite.ConditionalAccess"];

    public static readonly IReadOnlyList<string> ReadAppPolicies = ["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"];

    public static readonly IReadOnlyList<string> WriteAppPolicies = ["Policy.ReadWrite.ApplicationConfiguration"];

    public static readonly IReadOnlyList<string> ReadAppliesTo =
        ["Application.Read.All", "Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"];

    public static readonly IReadOnlyList<string> ReadAttributeDefinitions =
        ["CustomSecAttributeDefinition.Read.All", "CustomSecAttributeDefinition.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadAttributeValues =
        ["CustomSecAttributeAssignment.Read.All", "CustomSecAttributeAssignment.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadRecommendations =
        ["DirectoryRecommendations.Read.All", "DirectoryRecommendations.ReadWrite.All"];

    public static readonly IReadOnlyList<string> ReadReviews = ["AccessReview.Read.All", "AccessReview.ReadWrite.All"];

    /// <summary>Sign-ins, and the beta reports of sign-in activities.</summary>
    public static readonly IReadOnlyList<string> ReadSignIns = ["AuditLog.Read.All", "Directory.Read.All"];
}
