namespace WorkloadIdentity.Governance;

/// <summary>The lists that are read, with the properties that are used. The permission of each is in <see cref="SectionAccess"/>.</summary>
internal static class GraphReads
{
    private const int Largest = 999;

    private const string ApplicationProperties =
        "id,appId,displayName,createdDateTime,createdByAppId,signInAudience,isDisabled,disabledByMicrosoftStatus,notes,"
        + "serviceManagementReference,tags,keyCredentials,passwordCredentials";

    private const string PrincipalProperties =
        "id,appId,displayName,servicePrincipalType,appOwnerOrganizationId,accountEnabled,isDisabled,disabledByMicrosoftStatus,"
        + "createdDateTime,createdByAppId,signInAudience,tags,notes,alternativeNames,appRoles,keyCredentials,passwordCredentials";

    private const string Owners = "$expand=owners($select=id,displayName,userPrincipalName,accountEnabled)";

    public static GraphRead<Organization> Organization => new("v1.0/organization?$select=id", json => json.Organizations);

    public static GraphRead<AppRegistration> Applications =>
        new($"v1.0/applications?$select={ApplicationProperties}&$top={Largest}", json => json.AppRegistrations) { ReadsKeys = true };

    /// <summary>One application by its client id, without its credentials.</summary>
    public static GraphRead<AppRegistration> ApplicationOf(ClientId id) =>
        new($"v1.0/applications(appId='{Segment(id.Value)}')?$select=id,appId,displayName", json => json.AppRegistrations)
        {
            Single = json => json.AppRegistration,
            Units = 2,
        };

    /// <summary>One service principal, without its credentials.</summary>
    public static GraphRead<ServicePrincipal> PrincipalOf(ServicePrincipalId id) => new(
        $"v1.0/servicePrincipals/{Segment(id.Value)}?$select=id,displayName,servicePrincipalType,appOwnerOrganizationId",
        json => json.ServicePrincipals)
    {
        Single = json => json.ServicePrincipal,
    };

    /// <summary>One application by its client id, with its credentials.</summary>
    public static GraphRead<AppRegistration> Application(ClientId application) => new(
        $"v1.0/applications(appId='{Segment(application.Value)}')"
            + "?$select=id,appId,displayName,createdDateTime,keyCredentials,passwordCredentials",
        json => json.AppRegistrations)
    {
        Single = json => json.AppRegistration,
        ReadsKeys = true,
    };

    public static GraphRead<AppRegistration> ApplicationOwners =>
        new($"v1.0/applications?$select=id&{Owners}&$top={Largest}", json => json.AppRegistrations) { Units = 2 };

    public static GraphRead<AppRegistration> ApplicationFederations =>
        new($"v1.0/applications?$select=id&$expand=federatedIdentityCredentials&$top={Largest}", json => json.AppRegistrations)
        {
            Units = 2,
        };

    public static GraphRead<ServicePrincipal> ServicePrincipals =>
        new($"v1.0/servicePrincipals?$select={PrincipalProperties}&$top={Largest}", json => json.ServicePrincipals) { ReadsKeys = true };

    /// <summary>One service principal by its client id, with its credentials.</summary>
    public static GraphRead<ServicePrincipal> ServicePrincipal(ClientId application) => new(
        $"v1.0/servicePrincipals(appId='{Segment(application.Value)}')?$select=id,appId,displayName,keyCredentials,passwordCredentials",
        json => json.ServicePrincipals)
    {
        Single = json => json.ServicePrincipal,
        ReadsKeys = true,
    };

    public static GraphRead<ServicePrincipal> PrincipalOwners =>
        new($"v1.0/servicePrincipals?$select=id&{Owners}&$top={Largest}", json => json.ServicePrincipals) { Units = 2 };

    /// <summary>The same list with the custom security attributes, which need a permission of their own.</summary>
    public static GraphRead<ServicePrincipal> PrincipalOwnersAndAttributes =>
        new($"v1.0/servicePrincipals?$select=id,customSecurityAttributes&{Owners}&$top={Largest}", json => json.ServicePrincipals)
        {
            Units = 2,
        };

    /// <summary>Managed identities that trust other issuers.</summary>
    public static GraphRead<ServicePrincipal> PrincipalFederations => new(
        "v1.0/servicePrincipals?$select=id&$expand=federatedIdentityCredentials&$filter=federatedIdentityCredentials/$count ne 0"
            + $"&$count=true&$top={Largest}",
        json => json.ServicePrincipals)
    {
        Units = 2,
        IsAdvanced = true,
    };

    public static GraphRead<ServicePrincipal> AgentIdentities => new(
        "v1.0/servicePrincipals/microsoft.graph.agentIdentity?$select=id,agentIdentityBlueprintId"
            + $"&$expand=sponsors($select=id,displayName,userPrincipalName,accountEnabled)&$top={Largest}",
        json => json.ServicePrincipals)
    {
        Units = 2,
    };

    public static GraphRead<DelegatedGrant> Grants =>
        new($"v1.0/oauth2PermissionGrants?$top={Largest}", json => json.DelegatedGrants) { Units = 2 };

    public static GraphRead<DirectoryRole> DirectoryRoles =>
        new("v1.0/roleManagement/directory/roleDefinitions?$select=id,displayName,templateId,isBuiltIn", json => json.DirectoryRoles);

    public static GraphRead<DirectoryRoleAssignment> RoleAssignments =>
        new($"v1.0/roleManagement/directory/roleAssignments?$top={Largest}", json => json.DirectoryRoleAssignments);

    public static GraphRead<DirectoryRoleAssignment> EligibleRoles =>
        new($"v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$top={Largest}", json => json.DirectoryRoleAssignments);

    public static GraphRead<ServicePrincipalSignIns> SignIns =>
        new($"beta/reports/servicePrincipalSignInActivities?$top={Largest}", json => json.SignIns) { Group = LimitGroup.Reports };

    public static GraphRead<CredentialSignIns> CredentialUse =>
        new($"beta/reports/appCredentialSignInActivities?$top={Largest}", json => json.CredentialUse) { Group = LimitGroup.Reports };

    public static GraphRead<CredentialSignIns> CredentialUseOf(ClientId application) =>
        new($"beta/reports/appCredentialSignInActivities?$filter=appId eq '{Segment(application.Value)}'", json => json.CredentialUse)
        {
            Group = LimitGroup.Reports,
        };

    public static GraphRead<RiskyServicePrincipal> RiskyServicePrincipals =>
        new("v1.0/identityProtection/riskyServicePrincipals?$top=500", json => json.RiskyServicePrincipals)
        {
            Group = LimitGroup.Protection,
        };

    public static GraphRead<RiskDetection> RiskDetections =>
        new("v1.0/identityProtection/servicePrincipalRiskDetections?$top=500", json => json.RiskDetections)
        {
            Group = LimitGroup.Protection,
        };

    public static GraphRead<RiskDetection> RiskDetectionsOf(ServicePrincipalId principal) => new(
        $"v1.0/identityProtection/servicePrincipalRiskDetections?$filter=servicePrincipalId eq '{Segment(principal.Value)}'",
        json => json.RiskDetections)
    {
        Group = LimitGroup.Protection,
    };

    public static GraphRead<ConditionalAccessPolicy> Policies =>
        new("v1.0/identity/conditionalAccess/policies", json => json.ConditionalAccessPolicies) { Group = LimitGroup.Protection };

    public static GraphRead<NamedLocation> NamedLocations =>
        new("v1.0/identity/conditionalAccess/namedLocations", json => json.NamedLocations) { Group = LimitGroup.Protection };

    public static GraphRead<AppManagementPolicy> TenantAppManagementPolicy =>
        new("v1.0/policies/defaultAppManagementPolicy", json => json.AppManagementPolicies) { Single = json => json.AppManagementPolicy };

    public static GraphRead<AppManagementPolicy> AppManagementPolicies =>
        new("v1.0/policies/appManagementPolicies", json => json.AppManagementPolicies);

    /// <summary>The policy of an application's own: none or one.</summary>
    public static GraphRead<AppManagementPolicy> AppManagementPoliciesOf(ApplicationObjectId application) =>
        new($"v1.0/applications/{Segment(application.Value)}/appManagementPolicies", json => json.AppManagementPolicies);

    public static GraphRead<DirectoryObject> AppliesTo(string policy) =>
        new($"v1.0/policies/appManagementPolicies/{Segment(policy)}/appliesTo?$select=id,displayName", json => json.DirectoryObjects);

    public static GraphRead<AccessReview> AccessReviews =>
        new("v1.0/identityGovernance/accessReviews/definitions?$top=100", json => json.AccessReviews);

    public static GraphRead<AccessReviewInstance> AccessReviewInstances(string review) => new(
        $"v1.0/identityGovernance/accessReviews/definitions/{Segment(review)}/instances", json => json.AccessReviewInstances);

    public static GraphRead<AccessReviewDecision> AccessReviewDecisions(string review, string instance) => new(
        $"v1.0/identityGovernance/accessReviews/definitions/{Segment(review)}/instances/{Segment(instance)}/decisions?$top=100",
        json => json.AccessReviewDecisions);

    /// <summary>Who holds a role of an API. One list for an API costs less than one for each identity.</summary>
    public static GraphRead<AppRoleAssignment> AssignedTo(ServicePrincipalId resource) =>
        new($"v1.0/servicePrincipals/{Segment(resource.Value)}/appRoleAssignedTo?$top={Largest}", json => json.AppRoleAssignments);

    /// <summary>The same list for an inventory: in batches of 20 long lists, each property that is not used takes megabytes.</summary>
    public static GraphRead<AppRoleAssignment> HoldersOf(ServicePrincipalId resource) => new(
        $"v1.0/servicePrincipals/{Segment(resource.Value)}/appRoleAssignedTo?$select=appRoleId,principalId&$top={Largest}",
        json => json.AppRoleAssignments);

    public static GraphRead<AppRoleAssignment> AssignmentsOf(ServicePrincipalId principal) =>
        new($"v1.0/servicePrincipals/{Segment(principal.Value)}/appRoleAssignments?$top={Largest}", json => json.AppRoleAssignments)
        {
            Units = 2,
        };

    public static GraphRead<DirectoryObject> OwnersOf(ServicePrincipalId principal) => OwnersOf("servicePrincipals", principal.Value);

    public static GraphRead<DirectoryObject> OwnersOf(ApplicationObjectId application) => OwnersOf("applications", application.Value);

    public static GraphRead<FederatedCredential> FederationsOf(ServicePrincipalId principal, bool isBeta) =>
        FederationsOf("servicePrincipals", principal.Value, isBeta);

    public static GraphRead<FederatedCredential> FederationsOf(ApplicationObjectId application, bool isBeta) =>
        FederationsOf("applications", application.Value, isBeta);

    /// <summary>The changes since now, or since a link. Before a list is read, the link that begins after it.</summary>
    public static GraphRead<System.Text.Json.JsonElement> ChangesOfApplications =>
        new($"v1.0/applications/delta?$select={ApplicationProperties}&$deltatoken=latest", json => json.Changes)
        {
            Units = 2,
            ReadsKeys = true,
        };

    /// <inheritdoc cref="ChangesOfApplications"/>
    public static GraphRead<System.Text.Json.JsonElement> ChangesOfServicePrincipals =>
        new($"v1.0/servicePrincipals/delta?$select={PrincipalProperties}&$deltatoken=latest", json => json.Changes) { ReadsKeys = true };

    /// <inheritdoc cref="ChangesOfApplications"/>
    public static GraphRead<System.Text.Json.JsonElement> ChangesOfGrants =>
        new("v1.0/oauth2PermissionGrants/delta?$deltatoken=latest", json => json.Changes) { Units = 2 };

    private static GraphRead<DirectoryObject> OwnersOf(string kind, string id) => new(
        $"v1.0/{kind}/{Segment(id)}/owners?$select=id,displayName,userPrincipalName,accountEnabled&$top={Largest}",
        json => json.DirectoryObjects);

    private static GraphRead<FederatedCredential> FederationsOf(string kind, string id, bool isBeta) => new(
        $"{(isBeta ? "beta" : "v1.0")}/{kind}/{Segment(id)}/federatedIdentityCredentials", json => json.FederatedCredentials);

    private static string Segment(string id) => Uri.EscapeDataString(id);
}
