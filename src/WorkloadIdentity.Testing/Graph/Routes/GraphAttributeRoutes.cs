using System.Text.Json;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>
/// Giving custom security attributes to service principals. Graph takes a value only with the annotation of its type. See
/// <see href="https://learn.microsoft.com/graph/custom-security-attributes-examples">examples</see>.
/// </summary>
internal static class GraphAttributeRoutes
{
    private const string Property = "customSecurityAttributes";

    /// <summary>The type of a set when it is written. When it is read it has another name.</summary>
    private const string Written = "#Microsoft.DirectoryServices.CustomSecurityAttributeValue";

    private const string Read = "#microsoft.graph.customSecurityAttributeValue";

    /// <summary>Whether a change of a service principal is one of its attributes, which needs permissions of its own.</summary>
    public static bool IsFor(GraphCall call) => call.Body.ValueKind == JsonValueKind.Object && call.Body.TryGetProperty(Property, out _);

    public static GraphAnswer Assign(GraphTenant tenant, PrincipalRow principal, GraphCall call)
    {
        call.Caller.Require(GraphPermissions.WriteAttributeValues);
        call.Caller.Require(GraphPermissions.ReadApplications);
        var body = GraphJson.Object(call.Body);
        GraphJson.Require(body.Count == 1 && body[Property] is JsonObject, "The emulator changes attributes in a request of their own.");
        var definitions = new SeededGovernance(tenant.Directory.Seeded).AttributeDefinitions();
        var values = (JsonObject)((tenant.Directory.Changes.Of(principal.Id)?[Property] ?? principal.Attributes)?.DeepClone()
            ?? new JsonObject());
        foreach (var (name, set) in (JsonObject)body[Property]!)
        {
            GraphJson.Require(
                set is JsonObject && GraphJson.Text(set["@odata.type"]) == Written,
                $"The attribute set '{name}' needs \"@odata.type\": \"{Written}\".");
            if (values[name] is not JsonObject)
            {
                values[name] = new JsonObject { ["@odata.type"] = Read };
            }

            foreach (var (attribute, value) in ((JsonObject)set!).Where(each => !each.Key.Contains('@', StringComparison.Ordinal)))
            {
                var definition = definitions.Find($"{name}_{attribute}")?.Json ?? throw GraphErrorException.BadRequest(
                    $"The attribute '{attribute}' of the set '{name}' is not defined.");
                Put((JsonObject)values[name]!, attribute, value, definition, GraphJson.Text(set![$"{attribute}@odata.type"]));
            }
        }

        tenant.Directory.Changes.Change("servicePrincipals", principal.Id, new JsonObject { [Property] = values });
        return GraphAnswer.NoContent;
    }

    private static void Put(JsonObject target, string name, JsonNode? value, JsonObject definition, string? annotation)
    {
        var isCollection = (bool)definition["isCollection"]!;
        var type = (string)definition["type"]!;
        var expected = (type, isCollection) switch
        {
            ("Integer", false) => "#Int32",
            ("Integer", true) => "#Collection(Int32)",
            ("String", true) => "#Collection(String)",
            _ => null,
        };
        if (value is null)
        {
            GraphJson.Require(!isCollection, $"The attribute '{name}' is a collection: an empty one removes its values.");
            target.Remove(name);
            target.Remove($"{name}@odata.type");
            return;
        }

        GraphJson.Require(
            expected == annotation || (expected is null && annotation is "#String" or "#Boolean"),
            $"The attribute '{name}' needs \"{name}@odata.type\": \"{expected}\".");
        GraphJson.Require(isCollection == value is JsonArray, $"The attribute '{name}' is {(isCollection ? "a" : "no")} collection.");
        var items = value as JsonArray ?? [value.DeepClone()];
        GraphJson.Require(items.All(item => IsOf(item, type)), $"The value of '{name}' is not of its type, {type}.");
        if ((bool)definition["usePreDefinedValuesOnly"]!)
        {
            var allowed = SeededGovernance.AllowedValues((string)definition["id"]!).All().Select(row => row.Id).ToList();
            GraphJson.Require(items.All(item => allowed.Contains(GraphJson.Text(item) ?? "")), $"'{name}' takes predefined values only.");
        }

        target.Remove(name);
        target.Remove($"{name}@odata.type");
        if (items.Count > 0)
        {
            target[name] = value.DeepClone();
            if (expected is not null)
            {
                target[$"{name}@odata.type"] = expected;
            }
        }
    }

    private static bool IsOf(JsonNode? item, string type) => type switch
    {
        "Integer" => item?.GetValueKind() == JsonValueKind.Number && item.AsValue().TryGetValue<int>(out _),
        "Boolean" => item?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        _ => GraphJson.Text(item) is not null,
    };
}
