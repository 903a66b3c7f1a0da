using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Custom security attributes, access reviews and recommendations.</summary>
internal static class GraphGovernanceRoutes
{
    /// <summary>The licence for access reviews.</summary>
    public static readonly (EmulatedLicences Any, Func<GraphErrorException> Refusal) ReviewLicence = (
        EmulatedLicences.EntraP2 | EmulatedLicences.Governance, () => new(
            403, "Forbidden", "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."));

    public static IEnumerable<GraphRoute> Of(GraphTenant tenant)
    {
        var governance = new SeededGovernance(tenant.Directory.Seeded);
        return
        [
            .. Attributes(tenant, governance), .. Reviews(tenant), .. Recommendations(tenant, governance),
        ];
    }

    private static IEnumerable<GraphRoute> Attributes(GraphTenant tenant, SeededGovernance governance)
    {
        var allowed = new GraphRelation<DocumentRow>(
            "allowedValues",
            (row, _, _) => SeededGovernance.AllowedValues(row.Id).All().Select(value => (JsonObject)value.Json.DeepClone()),
            row => SeededGovernance.AllowedValues(row.Id).Count,
            "");
        var sets = tenant.Set("directory/attributeSets", DocumentType.Of("attributeSet", "id description maxAttributesPerSet"));
        var values = tenant.Set("allowedValues", DocumentType.Of("allowedValue", "id isActive:eq"));
        var definitions = tenant.Set("directory/customSecurityAttributeDefinitions", DocumentType.Of(
            "customSecurityAttributeDefinition",
            "id:eq attributeSet:eq description isCollection isSearchable name:eq status:eq type:eq usePreDefinedValuesOnly",
            allowed));
        var permissions = GraphPermissions.ReadAttributeDefinitions;
        return
        [
            Route("directory/attributeSets", permissions, (call, _) => sets.List(call, governance.AttributeSets())),
            Route("directory/attributeSets/{}", permissions, (call, keys) => sets.Single(call, governance.AttributeSets(), keys[0])),
            Route("directory/customSecurityAttributeDefinitions", permissions, (call, _) =>
                definitions.List(call, governance.AttributeDefinitions())),
            Route("directory/customSecurityAttributeDefinitions/{}", permissions, (call, keys) =>
                definitions.Single(call, governance.AttributeDefinitions(), keys[0])),
            Route("directory/customSecurityAttributeDefinitions/{}/allowedValues", permissions, (call, keys) =>
                values.List(call, SeededGovernance.AllowedValues(keys[0]))),
        ];
    }

    private static IEnumerable<GraphRoute> Reviews(GraphTenant tenant)
    {
        const string Path = "identityGovernance/accessReviews/definitions";
        var reviews = new SeededReviews(tenant.Directory.Seeded, tenant.Roles);
        var definitions = tenant.Set(Path, DocumentType.Of(
            "accessReviewScheduleDefinition",
            "id displayName:eq,contains createdBy createdDateTime lastModifiedDateTime descriptionForAdmins descriptionForReviewers "
            + "status:eq scope reviewers fallbackReviewers additionalNotificationRecipients stageSettings settings"));
        var instances = tenant.Set("instances", DocumentType.Of(
            "accessReviewInstance", "id startDateTime endDateTime status:eq scope reviewers fallbackReviewers"));
        var decisions = tenant.Set("decisions", DocumentType.Of(
            "accessReviewInstanceDecisionItem",
            "id accessReviewId decision:eq recommendation justification applyResult reviewedDateTime appliedDateTime reviewedBy appliedBy "
            + "principal principalLink resource resourceLink"));
        return
        [
            Review(Path, (call, _) => definitions.List(call, tenant.Reviews.Rows())),
            Review($"{Path}/{{}}", (call, keys) => definitions.Single(call, tenant.Reviews.Rows(), keys[0])),
            Review($"{Path}/{{}}/instances", (call, keys) => instances.List(call, reviews.InstancesOf(keys[0]))),
            Review($"{Path}/{{}}/instances/{{}}", (call, keys) => instances.Single(call, reviews.InstancesOf(keys[0]), keys[1])),
            Review($"{Path}/{{}}/instances/{{}}/decisions", (call, keys) => decisions.List(call, reviews.Decisions(keys[1]))),
        ];
    }

    private static IEnumerable<GraphRoute> Recommendations(GraphTenant tenant, SeededGovernance governance)
    {
        var impacted = new GraphRelation<DocumentRow>(
            "impactedResources",
            (row, _, _) => governance.Impacted(row.Id).All().Select(each => (JsonObject)each.Json.DeepClone()),
            row => governance.Impacted(row.Id).Count,
            "");
        var recommendations = tenant.Set("directory/recommendations", DocumentType.Of(
            "recommendation",
            "id recommendationType:eq displayName insights benefits category createdDateTime featureAreas impactType priority:eq "
            + "releaseType requiredLicenses status:eq",
            impacted));
        var resources = tenant.Set("impactedResources", DocumentType.Of(
            "impactedResource",
            "id subjectId recommendationId resourceType displayName owner rank status addedDateTime portalUrl apiUrl additionalDetails"));
        return
        [
            Route("directory/recommendations", GraphPermissions.ReadRecommendations, (call, _) =>
                recommendations.List(call, governance.Recommendations())) with { IsBeta = true },
            Route("directory/recommendations/{}", GraphPermissions.ReadRecommendations, (call, keys) =>
                recommendations.Single(call, governance.Recommendations(), keys[0])) with { IsBeta = true },
            Route("directory/recommendations/{}/impactedResources", GraphPermissions.ReadRecommendations, (call, keys) =>
                resources.List(call, governance.Impacted(keys[0]))) with { IsBeta = true },
        ];
    }

    private static GraphRoute Route(
        string path, IReadOnlyList<string> permissions, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Directory, permissions, answer);

    private static GraphRoute Review(string path, Func<GraphCall, IReadOnlyList<string>, GraphAnswer> answer) =>
        new(path, GraphLimitGroup.Other, GraphPermissions.ReadReviews, answer)
        {
            Licence = ReviewLicence,
        };
}
