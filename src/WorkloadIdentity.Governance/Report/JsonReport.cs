using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Findings and inventory as JSON. Fields may be added; none is removed or changes its meaning. A field whose value is not known is null.
/// Characters beyond ASCII are escaped, so that a name cannot move the cursor of a terminal.
/// </summary>
internal static class JsonReport
{
    public static void Findings(Utf8JsonWriter json, TenantReview review)
    {
        Begin(json, "wid-review/1", review);
        json.WriteStartArray("findings");
        foreach (var finding in review.Findings)
        {
            json.WriteStartObject();
            json.WriteString("id", finding.Id);
            json.WriteString("rule", finding.Rule.Id);
            json.WriteString("severity", Words.Of(finding.Severity));
            json.WriteString("title", finding.Rule.Title);
            json.WriteString("name", finding.Identity?.DisplayName);
            Ids(json, finding.Identity);
            json.WriteString("evidence", PlainText.Of(finding.Evidence, longest: int.MaxValue));
            Moment(json, "due", finding.Due);
            json.WriteString("command", finding.Command);
            json.WriteString("help", finding.Rule.Help);
            json.WriteEndObject();
            json.Flush();
        }

        End(json);
    }

    public static void Inventory(Utf8JsonWriter json, TenantReview review)
    {
        Begin(json, "wid-inventory/1", review);
        json.WriteStartArray("identities");
        foreach (var identity in review.Inventory.Identities)
        {
            IdentityJson.Write(json, identity, review);
            json.Flush();
        }

        End(json);
    }

    public static void Moment(Utf8JsonWriter json, string name, DateTimeOffset? moment)
    {
        if (moment is { } value)
        {
            json.WriteString(name, value.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void Ids(Utf8JsonWriter json, InventoriedIdentity? identity)
    {
        json.WriteString("clientId", identity?.ClientId.ToString());
        json.WriteString("servicePrincipalId", identity?.Id?.ToString());
        json.WriteString("applicationObjectId", identity?.ApplicationId?.ToString());
    }

    private static void Begin(Utf8JsonWriter json, string schema, TenantReview review)
    {
        json.WriteStartObject();
        json.WriteString("schema", schema);
        json.WriteString("tenant", review.Inventory.TenantId);
        Moment(json, "readAt", review.Inventory.ReadAt);
        Moment(json, "reviewedAt", review.ReviewedOn);
        json.WriteStartArray("sections");
        foreach (var section in review.Inventory.Sections)
        {
            json.WriteStartObject();
            json.WriteString("name", JsonNamingPolicy.CamelCase.ConvertName(section.Name.ToString()));
            json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(section.State.ToString()));
            Moment(json, "readAt", section.ReadAt);
            json.WriteNumber("rows", section.Rows);
            json.WriteString("permission", section.Permission);
            json.WriteString("license", section.License);
            json.WriteString("reason", section.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
