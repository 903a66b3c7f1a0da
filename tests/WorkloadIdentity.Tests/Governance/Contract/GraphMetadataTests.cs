using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

/// <summary>What the library and the emulator call a property is one of Graph's metadata, or an exception with its reason.</summary>
public sealed class GraphMetadataTests
{
    /// <summary>The types of the metadata that each of the library's types stands for.</summary>
    private static readonly Dictionary<Type, string[]> Types = new Dictionary<Type, string[]>
    {
        [typeof(AppRegistration)] = ["application"],
        [typeof(ServicePrincipal)] = ["servicePrincipal", "agentIdentity"],
        [typeof(KeyCredential)] = ["keyCredential"],
        [typeof(PasswordCredential)] = ["passwordCredential"],
        [typeof(Governance.AppRole)] = ["appRole"],
        [typeof(AppRoleAssignment)] = ["appRoleAssignment"],
        [typeof(DelegatedGrant)] = ["oAuth2PermissionGrant"],
        [typeof(FederatedCredential)] = ["federatedIdentityCredential"],
        [typeof(DirectoryObject)] = ["servicePrincipal", "userIdentity", "accessReviewInstanceDecisionItemResource"],
        [typeof(DirectoryRole)] = ["unifiedRoleDefinition"],
        [typeof(DirectoryRoleAssignment)] = ["unifiedRoleAssignment", "unifiedRoleEligibilityScheduleInstance"],
        [typeof(RiskyServicePrincipal)] = ["riskyServicePrincipal"],
        [typeof(RiskDetection)] = ["servicePrincipalRiskDetection"],
        [typeof(ConditionalAccessPolicy)] = ["conditionalAccessPolicy"],
        [typeof(ConditionalAccessConditions)] = ["conditionalAccessConditionSet"],
        [typeof(ConditionalAccessClients)] = ["conditionalAccessClientApplications"],
        [typeof(ConditionalAccessFilter)] = ["conditionalAccessFilter"],
        [typeof(ConditionalAccessApplications)] = ["conditionalAccessApplications"],
        [typeof(ConditionalAccessLocations)] = ["conditionalAccessLocations"],
        [typeof(ConditionalAccessGrant)] = ["conditionalAccessGrantControls"],
        [typeof(NamedLocation)] = ["ipNamedLocation", "countryNamedLocation"],
        [typeof(IpAddressRange)] = ["iPv4CidrRange", "iPv4Range"],
        [typeof(AppManagementPolicy)] = ["tenantAppManagementPolicy", "appManagementPolicy"],
        [typeof(CredentialRestriction)] = ["passwordCredentialConfiguration", "keyCredentialConfiguration"],
        [typeof(AccessReview)] = ["accessReviewScheduleDefinition"],
        [typeof(AccessReviewInstance)] = ["accessReviewInstance"],
        [typeof(AccessReviewDecision)] = ["accessReviewInstanceDecisionItem"],
        [typeof(AccessReviewScope)] = ["accessReviewQueryScope", "principalResourceMembershipsScope"],
    };

    /// <summary>Types that the metadata of v1.0 does not have.</summary>
    private static readonly Dictionary<Type, string> WithoutMetadata = new Dictionary<Type, string>
    {
        [typeof(ServicePrincipalSignIns)] = "a report of the beta version",
        [typeof(CredentialSignIns)] = "a report of the beta version",
        [typeof(SignInActivity)] = "part of the beta reports",
        [typeof(ClaimsMatchingExpression)] = "beta only",
        [typeof(CredentialRestrictions)] = "appManagementConfiguration, a base type that the extract leaves out",
        [typeof(WhatIfResult)] = "whatIfAnalysisResult, which the extract leaves out",
        [typeof(Organization)] = "organization, which the extract leaves out",
    };

    /// <summary>Properties that the service returns and the metadata does not have, and annotations.</summary>
    private static readonly Dictionary<string, string> Undeclared = new Dictionary<string, string>
    {
        ["@odata.type"] = "an annotation",
        ["servicePrincipal.createdDateTime"] = "returned, and undeclared (msgraph-sdk-dotnet#3062)",
        ["servicePrincipal.agentIdentityBlueprintId"] = "of the derived type agentIdentity",
        ["federatedIdentityCredential.claimsMatchingExpression"] = "beta only",
    };

    [GraphReferenceFact]
    public void Every_property_of_the_library_is_in_the_metadata_or_an_exception()
    {
        var metadata = GraphTypes.Read();
        var unknown = new List<string>();
        foreach (var type in GraphModel.Rows.SelectMany(row => GraphModel.PartsOf(row)).Distinct()
            .Where(type => !WithoutMetadata.ContainsKey(type)))
        {
            Assert.True(Types.TryGetValue(type, out var names), $"{type.Name} stands for no type of the metadata.");
            unknown.AddRange(GraphModel.PropertiesOf(type).Select(GraphModel.NameOf)
                .Where(name => !IsDeclared(metadata, names, name)).Select(name => $"{type.Name}.{name}"));
        }

        Assert.Equal([], unknown);
    }

    [GraphReferenceFact]
    public void The_types_that_are_named_exist()
    {
        var metadata = GraphTypes.Read();

        Assert.Equal([], Types.Values.SelectMany(names => names).Where(name => !metadata.Has(name)));
        Assert.False(metadata.Has("application", "createdOn"));
        Assert.True(metadata.Has("agentIdentity", "appId"), "A derived type has the properties of its base.");
    }

    [GraphReferenceFact]
    public async Task Every_property_that_the_emulator_sends_is_in_the_metadata_or_an_exception()
    {
        var metadata = GraphTypes.Read();
        await using var graph = await GraphTestCaller.StartAsync(600);
        var unknown = new List<string>();
        foreach (var (path, type) in new[]
        {
            ("applications", "application"), ("servicePrincipals", "servicePrincipal"),
            ("oauth2PermissionGrants", "oAuth2PermissionGrant"), ("identity/conditionalAccess/policies", "conditionalAccessPolicy"),
            ("identityProtection/riskyServicePrincipals", "riskyServicePrincipal"),
            ("identityProtection/servicePrincipalRiskDetections", "servicePrincipalRiskDetection"),
            ("directory/attributeSets", "attributeSet"), ("policies/appManagementPolicies", "appManagementPolicy"),
            ("directory/customSecurityAttributeDefinitions", "customSecurityAttributeDefinition"),
            ("roleManagement/directory/roleDefinitions", "unifiedRoleDefinition"),
            ("roleManagement/directory/roleAssignments", "unifiedRoleAssignment"),
            ("roleManagement/directory/roleAssignmentScheduleInstances", "unifiedRoleAssignmentScheduleInstance"),
            ("roleManagement/directory/roleEligibilityScheduleInstances", "unifiedRoleEligibilityScheduleInstance"),
            ("identityGovernance/accessReviews/definitions", "accessReviewScheduleDefinition"),
        })
        {
            var (rows, _) = await graph.AllAsync($"v1.0/{path}");
            Assert.NotEmpty(rows);
            unknown.AddRange(rows.SelectMany(row => row.EnumerateObject()).Select(property => property.Name).Distinct()
                .Where(name => !IsDeclared(metadata, [type], name)).Select(name => $"{type}.{name}"));
        }

        Assert.Equal([], unknown);
    }

    /// <summary>Without the recorded answers, which are not the project's, the emulator's answers have the same shapes.</summary>
    [Fact]
    public async Task Every_answer_of_the_emulator_is_read_and_loses_nothing()
    {
        await using var graph = await GraphTestCaller.StartAsync(600);
        var review = (await graph.AllAsync("v1.0/identityGovernance/accessReviews/definitions")).Rows[0].GetProperty("id").GetString();
        var instance = (await graph.AllAsync($"v1.0/identityGovernance/accessReviews/definitions/{review}/instances")).Rows[0]
            .GetProperty("id").GetString();
        var lost = new List<string>();
        foreach (var (path, type) in new[]
        {
            ("v1.0/applications?$expand=owners", typeof(AppRegistration)),
            ("beta/applications?$select=id&$expand=federatedIdentityCredentials", typeof(AppRegistration)),
            ("v1.0/servicePrincipals?$top=200", typeof(ServicePrincipal)),
            ("v1.0/servicePrincipals?$select=id,customSecurityAttributes&$expand=owners", typeof(ServicePrincipal)),
            ("v1.0/servicePrincipals/microsoft.graph.agentIdentity?$expand=sponsors", typeof(ServicePrincipal)),
            ("v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')/appRoleAssignedTo", typeof(AppRoleAssignment)),
            ("v1.0/oauth2PermissionGrants", typeof(DelegatedGrant)),
            ("v1.0/roleManagement/directory/roleDefinitions", typeof(DirectoryRole)),
            ("v1.0/roleManagement/directory/roleAssignments", typeof(DirectoryRoleAssignment)),
            ("v1.0/roleManagement/directory/roleEligibilityScheduleInstances", typeof(DirectoryRoleAssignment)),
            ("beta/reports/servicePrincipalSignInActivities", typeof(ServicePrincipalSignIns)),
            ("beta/reports/appCredentialSignInActivities", typeof(CredentialSignIns)),
            ("v1.0/identityProtection/riskyServicePrincipals", typeof(RiskyServicePrincipal)),
            ("v1.0/identityProtection/servicePrincipalRiskDetections", typeof(RiskDetection)),
            ("v1.0/identity/conditionalAccess/policies", typeof(ConditionalAccessPolicy)),
            ("v1.0/identity/conditionalAccess/namedLocations", typeof(NamedLocation)),
            ("v1.0/policies/defaultAppManagementPolicy", typeof(AppManagementPolicy)),
            ("v1.0/policies/appManagementPolicies", typeof(AppManagementPolicy)),
            ("v1.0/identityGovernance/accessReviews/definitions", typeof(AccessReview)),
            ($"v1.0/identityGovernance/accessReviews/definitions/{review}/instances", typeof(AccessReviewInstance)),
            ($"v1.0/identityGovernance/accessReviews/definitions/{review}/instances/{instance}/decisions", typeof(AccessReviewDecision)),
        })
        {
            var reply = await graph.GetAsync(path);
            Assert.True(reply.Status == 200, $"{path}: {reply.Body}");
            Assert.True(!reply.Json.TryGetProperty("value", out var rows) || rows.GetArrayLength() > 0, path);
            lost.AddRange(GraphModel.Lost(type, reply.Json).Select(each => $"{path}{each}"));
        }

        Assert.Equal([], lost);
    }

    private static bool IsDeclared(GraphTypes metadata, string[] types, string name) =>
        types.Any(type => metadata.Has(type, name) || Undeclared.ContainsKey($"{type}.{name}")) || Undeclared.ContainsKey(name);
}
