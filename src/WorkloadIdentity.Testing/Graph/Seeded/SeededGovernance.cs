using System.Globalization;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>Custom security attributes, app management policies and recommendations of a generated directory.</summary>
internal sealed class SeededGovernance(SeededTenant tenant)
{
    public GraphRows<DocumentRow> AttributeSets() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        AttributeSet("Engineering", "What the engineers note about their services."),
        AttributeSet("Governance", "Who answers for a service, and where it runs."),
    ]);

    public GraphRows<DocumentRow> AttributeDefinitions() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        Definition("Engineering", "Certification", "Boolean"),
        Definition("Engineering", "Project", "String", isCollection: true),
        Definition("Governance", "CostCenter", "Integer"),
        Definition("Governance", "Environment", "String", isPredefined: true),
        Definition("Governance", "Owner", "String"),
    ]);

    /// <summary>The values that a definition allows, if it names any.</summary>
    public static GraphRows<DocumentRow> AllowedValues(string definition) => GraphRows<DocumentRow>.Of(
        definition.Equals("Governance_Environment", StringComparison.OrdinalIgnoreCase)
            ? [.. SeededAttributes.Environments.Select(value => new DocumentRow(new JsonObject { ["id"] = value, ["isActive"] = true }))]
            : []);

    public JsonObject DefaultPolicy() => new()
    {
        ["id"] = Guid.Empty.ToString(),
        ["displayName"] = "Default app management tenant policy",
        ["description"] = "Default tenant policy that enforces app management restrictions on applications and service principals.",
        ["isEnabled"] = tenant.Count > 0,
        ["applicationRestrictions"] = tenant.Count == 0 ? Restrictions([], []) : Restrictions(
            [Restriction("passwordLifetime", "P180D"), Restriction("customPasswordAddition", null)],
            [Restriction("asymmetricKeyLifetime", "P365D")]),
        ["servicePrincipalRestrictions"] = Restrictions([], []),
    };

    public GraphRows<DocumentRow> AppPolicies() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        new(new JsonObject
        {
            ["id"] = tenant.Ids.Id(SeededKind.AppPolicy, 0),
            ["deletedDateTime"] = null,
            ["displayName"] = "No new secrets",
            ["description"] = "For services that are federated.",
            ["isEnabled"] = true,
            ["restrictions"] = Restrictions([Restriction("passwordAddition", null)], []),
        }),
    ]);

    /// <summary>The applications of a custom policy: the first three.</summary>
    public IReadOnlyList<ApplicationRow> AppliesTo(string policy) => tenant.Ids.Index(SeededKind.AppPolicy, policy) is null ? [] :
        [.. Enumerable.Range(0, Math.Min(3, tenant.Applications)).Select(index => new SeededApplication(tenant, index))];

    public GraphRows<DocumentRow> Recommendations() => GraphRows<DocumentRow>.Of(tenant.Count == 0 ? [] :
    [
        Recommendation("staleApps", "Remove unused applications", "low"),
        Recommendation("applicationCredentialExpiry", "Renew expiring application credentials", "high"),
        Recommendation("longLivedCredentials", "Replace credentials that live for years", "medium"),
        Recommendation("ownerlessApps", "Give applications an owner", "medium"),
    ]);

    /// <summary>Five applications for each recommendation.</summary>
    public GraphRows<DocumentRow> Impacted(string recommendation) => GraphRows<DocumentRow>.Of(
        [.. Enumerable.Range(0, Math.Min(5, tenant.Applications)).Select(number =>
        {
            var application = new SeededApplication(tenant, (number * 4) % tenant.Applications);
            return new DocumentRow(new JsonObject
            {
                ["id"] = application.AppId,
                ["subjectId"] = application.AppId,
                ["recommendationId"] = recommendation,
                ["resourceType"] = "app",
                ["displayName"] = application.DisplayName,
                ["owner"] = null,
                ["rank"] = number + 1,
                ["status"] = "active",
                ["addedDateTime"] = GraphJson.Date(tenant.DaysAgo(3)),
                ["portalUrl"] = null,
                ["apiUrl"] = null,
                ["additionalDetails"] = new JsonArray(),
            });
        })]);

    private static DocumentRow AttributeSet(string id, string description) =>
        new(new JsonObject { ["id"] = id, ["description"] = description, ["maxAttributesPerSet"] = 25 });

    private static DocumentRow Definition(string set, string name, string type, bool isCollection = false, bool isPredefined = false) =>
        new(new JsonObject
        {
            ["id"] = $"{set}_{name}",
            ["attributeSet"] = set,
            ["name"] = name,
            ["description"] = null,
            ["isCollection"] = isCollection,
            ["isSearchable"] = true,
            ["status"] = "Available",
            ["type"] = type,
            ["usePreDefinedValuesOnly"] = isPredefined,
        });

    private static JsonObject Restrictions(IEnumerable<JsonObject> passwords, IEnumerable<JsonObject> keys) => new()
    {
        ["passwordCredentials"] = GraphJson.Array(passwords),
        ["keyCredentials"] = GraphJson.Array(keys),
    };

    private JsonObject Restriction(string type, string? lifetime) => new()
    {
        ["restrictionType"] = type,
        ["state"] = "enabled",
        ["maxLifetime"] = lifetime,
        ["restrictForAppsCreatedAfterDateTime"] = GraphJson.Date(tenant.DaysAgo(800)),
        ["excludeActors"] = null,
    };

    private DocumentRow Recommendation(string type, string name, string priority) => new(new JsonObject
    {
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"{tenant.TenantId}_Microsoft.Identity.IAM.Insights.{type}"),
        ["recommendationType"] = type,
        ["displayName"] = name,
        ["insights"] = $"{name}.",
        ["benefits"] = "Fewer credentials to lose.",
        ["category"] = "identityBestPractice",
        ["createdDateTime"] = GraphJson.Date(tenant.DaysAgo(3)),
        ["featureAreas"] = new JsonArray("applications"),
        ["impactType"] = "apps",
        ["priority"] = priority,
        ["releaseType"] = "generallyAvailable",
        ["requiredLicenses"] = "microsoftEntraWorkloadId",
        ["status"] = "active",
    });
}
