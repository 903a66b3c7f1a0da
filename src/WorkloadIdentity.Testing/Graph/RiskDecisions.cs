using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>What administrators decided about risky service principals: confirmed as compromised, or dismissed.</summary>
internal sealed class RiskDecisions(SeededRisk risk)
{
    private const int Most = 60;

    private readonly ConcurrentDictionary<string, string> _byId = new(StringComparer.OrdinalIgnoreCase);

    public GraphRows<DocumentRow> Principals()
    {
        var rows = risk.Principals();
        return new(rows.Count, place => Decided(rows[place]), key => Decided(rows.Find(key)));
    }

    public GraphAnswer Make(string action, GraphCall call)
    {
        if (call.Body.ValueKind != JsonValueKind.Object || !call.Body.TryGetProperty("servicePrincipalIds", out var ids)
            || ids.ValueKind != JsonValueKind.Array || ids.GetArrayLength() is 0 or > Most)
        {
            throw GraphErrorException.BadRequest($"Expected a list 'servicePrincipalIds' of 1 to {Most} ids.");
        }

        foreach (var id in ids.EnumerateArray())
        {
            _byId[id.GetString() ?? ""] = action;
        }

        return GraphAnswer.NoContent;
    }

    private DocumentRow? Decided(DocumentRow? row)
    {
        if (row is null || !_byId.TryGetValue(row.Id, out var action))
        {
            return row;
        }

        var json = (JsonObject)row.Json.DeepClone();
        (json["riskState"], json["riskLevel"], json["riskDetail"]) = action == "dismiss"
            ? ("dismissed", "none", "adminDismissedAllRiskForServicePrincipal")
            : ("confirmedCompromised", "high", "adminConfirmedServicePrincipalCompromised");
        return new DocumentRow(json);
    }
}
