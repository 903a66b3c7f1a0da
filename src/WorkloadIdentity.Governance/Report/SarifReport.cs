using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), for code scanning. A directory has no files: the location of
/// a finding is a path that stands for the identity, because GitHub shows only results that have one.
/// </summary>
internal static class SarifReport
{
    // GitHub refuses a file with more (docs.github.com, "SARIF results exceed one or more limits", read 2026-11).
    public const int MostResults = 25_000;

    public static void Write(Utf8JsonWriter json, TenantReview review, string tenant)
    {
        json.WriteStartObject();
        json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        Tool(json);
        json.WriteStartObject("automationDetails");
        json.WriteString("id", $"workload-identities/{tenant}/");
        json.WriteEndObject();
        Invocation(json, review);
        json.WriteStartArray("results");
        foreach (var finding in review.Findings.Take(MostResults))
        {
            Result(json, finding);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Tool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "wid review");
        json.WriteStartArray("rules");
        foreach (var rule in ReviewRule.All)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            Text(json, "shortDescription", rule.Title);
            Text(json, "fullDescription", rule.Harm);
            Text(json, "help", $"{rule.Harm} Read on: {rule.Help}");
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", Level(rule.GreatestSeverity));
            json.WriteEndObject();
            json.WriteStartObject("properties");
            json.WriteString("security-severity", Score(rule.GreatestSeverity));
            json.WriteStartArray("tags");
            json.WriteStringValue("security");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Invocation(Utf8JsonWriter json, TenantReview review)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteString("endTimeUtc", review.ReviewedOn.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null));
        if (review.Findings.Count > MostResults)
        {
            json.WriteStartArray("toolExecutionNotifications");
            json.WriteStartObject();
            json.WriteString("level", "warning");
            var cut = review.Findings.Count - MostResults;
            Text(json, "message", $"{cut} findings of less harm are left out: code scanning takes {MostResults}.");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, ReviewFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", ReviewRules.All.IndexOf(finding.Rule));
        json.WriteString("level", Level(finding.Severity));
        var mend = finding.Command is { } command ? $" Mend it with: {command}" : "";
        Text(json, "message", WithoutLinks($"{PlainText.Of(finding.Who)}: {PlainText.Of(finding.Evidence)}{mend}"));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", $"entra/{Uri.EscapeDataString(finding.Where)}");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("name", PlainText.Of(finding.Who));
        json.WriteString("fullyQualifiedName", finding.Where);
        json.WriteString("kind", "resource");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("workloadIdentityFinding/v1", finding.Id);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>
    /// "[text](target)" in a message is a link (section 3.11.6), and whoever names an application would write one into an alert. A space
    /// ends that for every viewer, and leaves commands as they are.
    /// </summary>
    private static string WithoutLinks(string message) => message.Replace("](", "] (", StringComparison.Ordinal);

    private static string Level(FindingSeverity severity) => severity switch
    {
        >= FindingSeverity.High => "error",
        FindingSeverity.Medium => "warning",
        _ => "note",
    };

    /// <summary>The scale on which GitHub sorts security findings.</summary>
    private static string Score(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Critical => "9.5",
        FindingSeverity.High => "8.0",
        FindingSeverity.Medium => "5.5",
        FindingSeverity.Low => "2.0",
        _ => "0.1",
    };
}
