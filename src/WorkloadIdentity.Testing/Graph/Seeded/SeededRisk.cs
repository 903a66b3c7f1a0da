using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Risky service principals and their detections: two of a thousand applications of this tenant. Managed identities are never among them.
/// </summary>
internal sealed class SeededRisk(SeededTenant tenant)
{
    private const int Every = 500;

    private static readonly IReadOnlyList<string> Levels = ["high", "medium", "low"];

    private int Count => tenant.Count < 2 ? 0 : Math.Max(1, tenant.Count / Every);

    public GraphRows<DocumentRow> Principals() => new(Count, Risky);

    public GraphRows<DocumentRow> History(string id) => GraphRows<DocumentRow>.Of(
        [.. Principals().All().Where(row => row.Id == id).Select(HistoryItem)]);

    /// <summary>Two for each: a leaked credential, and unusual sign-ins.</summary>
    /// <param name="isLicensed">Whether the tenant may see the details; otherwise they are hidden.</param>
    public GraphRows<DocumentRow> Detections(bool isLicensed) => new(Count * 2, place => Detection(place / 2, place % 2 == 0, isLicensed));

    /// <summary>The risk of a service principal, for policies.</summary>
    public string LevelOf(string principalId) =>
        Principals().All().FirstOrDefault(row => row.Id == principalId && (string?)row.Json["riskState"] == "atRisk") is { } row
            ? (string)row.Json["riskLevel"]!
            : "none";

    // The second of each ten has at least one credential.
    private SeededPrincipal Principal(int place) => new(tenant, (place * Every) + 1);

    private static DocumentRow HistoryItem(DocumentRow risky)
    {
        var item = (JsonObject)risky.Json.DeepClone();
        item["initiatedBy"] = null;
        item["activity"] = new JsonObject { ["riskEventTypes"] = new JsonArray("leakedCredentials"), ["detail"] = "none" };
        return new DocumentRow(item);
    }

    private DocumentRow Risky(int place)
    {
        var principal = Principal(place);
        return new(new JsonObject
        {
            ["id"] = principal.Id,
            ["appId"] = principal.AppId,
            ["displayName"] = principal.DisplayName,
            ["isEnabled"] = principal.IsEnabled,
            ["isProcessing"] = false,
            ["riskLastUpdatedDateTime"] = GraphJson.Date(tenant.DaysAgo(place % 20)),
            ["riskLevel"] = Levels[place % Levels.Count],
            ["riskState"] = place % 5 == 4 ? "dismissed" : place % 7 == 3 ? "confirmedCompromised" : "atRisk",
            ["riskDetail"] = place % 5 == 4 ? "adminDismissedAllRiskForServicePrincipal"
                : place % 7 == 3 ? "adminConfirmedServicePrincipalCompromised"
                : "none",
            ["servicePrincipalType"] = principal.Kind,
        });
    }

    private DocumentRow Detection(int place, bool isLeak, bool isLicensed)
    {
        var principal = Principal(place);
        var leaked = SeededTenant.ApplicationOf(principal.Index) is { } application
            ? new SeededApplication(tenant, application).Credentials.Take(1).Select(credential => credential.KeyId)
            : [];
        return new(new JsonObject
        {
            ["id"] = tenant.Ids.Id(SeededKind.Detection, (place * 2) + (isLeak ? 0 : 1)).Replace("-", "", StringComparison.Ordinal),
            ["activity"] = "servicePrincipal",
            ["activityDateTime"] = GraphJson.Date(tenant.DaysAgo(1 + (place % 20))),
            ["additionalInfo"] = """[{"Key":"alertUrl","Value":null}]""",
            ["appId"] = principal.AppId,
            ["correlationId"] = null,
            ["detectedDateTime"] = GraphJson.Date(tenant.DaysAgo(place % 20)),
            ["detectionTimingType"] = "offline",
            ["ipAddress"] = isLeak || !isLicensed ? null : "203.0.113.77",
            ["keyIds"] = isLicensed && isLeak ? GraphJson.Array(leaked) : new JsonArray(),
            ["lastUpdatedDateTime"] = GraphJson.Date(tenant.DaysAgo(place % 20)),
            ["location"] = isLeak || !isLicensed ? null : new JsonObject
            {
                ["city"] = "Lyon",
                ["state"] = null,
                ["countryOrRegion"] = "FR",
                ["geoCoordinates"] = null,
            },
            ["requestId"] = null,
            ["riskDetail"] = isLicensed ? "none" : "hidden",
            ["riskEventType"] = !isLicensed ? "generic" : isLeak ? "leakedCredentials" : "suspiciousSignins",
            ["riskLevel"] = isLicensed ? Levels[place % Levels.Count] : "hidden",
            ["riskState"] = "atRisk",
            ["servicePrincipalDisplayName"] = principal.DisplayName,
            ["servicePrincipalId"] = principal.Id,
            ["source"] = "IdentityProtection",
            ["tokenIssuerType"] = "AzureAD",
        });
    }
}
