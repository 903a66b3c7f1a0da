using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The custom security attributes of generated service principals: two of five have them.</summary>
internal static class SeededAttributes
{
    // The type as Graph writes it when it is read; requests that assign a value spell it differently.
    private const string ValueType = "#microsoft.graph.customSecurityAttributeValue";

    public static readonly IReadOnlyList<string> Environments = ["Production", "Test", "Development"];

    public static readonly IReadOnlyList<string> Projects = ["Baker", "Cascade", "Denali"];

    public static JsonObject? Of(int index)
    {
        if (index % 5 > 1)
        {
            return null;
        }

        var sets = new JsonObject
        {
            ["Governance"] = new JsonObject
            {
                ["@odata.type"] = ValueType,
                ["Owner"] = $"team-{index % 17}",
                ["CostCenter@odata.type"] = "#Int32",
                ["CostCenter"] = 1_000 + (index % 23),
                ["Environment"] = Environments[index / 5 % Environments.Count],
            },
        };
        if (index % 10 == 0)
        {
            sets["Engineering"] = new JsonObject
            {
                ["@odata.type"] = ValueType,
                ["Project@odata.type"] = "#Collection(String)",
                ["Project"] = new JsonArray(Projects[index / 10 % Projects.Count], "Everest"),
                ["Certification"] = index % 20 == 0,
            };
        }

        return sets;
    }
}
