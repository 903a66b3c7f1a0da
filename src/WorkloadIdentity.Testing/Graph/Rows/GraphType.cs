using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>The shape of a collection's objects: which properties they have, which come unasked, and how they can be filtered.</summary>
internal sealed class GraphType<T>(string name, IReadOnlyList<GraphProperty<T>> properties) where T : GraphRow
{
    private const string Attributes = "customSecurityAttributes";

    private readonly Dictionary<string, GraphProperty<T>> _byName = properties.ToDictionary(
        property => property.Name, StringComparer.OrdinalIgnoreCase);

    public string Name => name;

    public IReadOnlyList<GraphProperty<T>> Properties => properties;

    /// <summary>Whether a property that does not exist may be selected: an open type ignores it.</summary>
    public bool IsOpen { get; init; }

    public IReadOnlyList<GraphRelation<T>> Relations { get; init; } = [];

    /// <summary>The <c>@odata.type</c> of a row of a derived type; null for the others.</summary>
    public Func<T, string?> DerivedType { get; init; } = _ => null;

    /// <summary>Values that replace those of a row, because it was changed.</summary>
    public Func<T, JsonObject?> Changes { get; init; } = _ => null;

    /// <summary>Refuses a selection or an expansion that the type does not have.</summary>
    public void Check(GraphQuery query, GraphCall call)
    {
        if (!IsOpen && query.Select?.FirstOrDefault(selected => Find(selected, call) is null) is { } unknown)
        {
            throw GraphErrorException.BadRequest($"Could not find a property named '{unknown}' on type 'microsoft.graph.{name}'.");
        }

        if (query.Expand is { } expand && RelationOf(expand.Name) is null)
        {
            throw GraphErrorException.BadRequest(
                $"Parsing OData Select and Expand failed: Could not find a property named '{expand.Name}' on type "
                + $"'microsoft.graph.{name}'.");
        }
    }

    public JsonObject Write(T row, GraphQuery query, GraphCall call)
    {
        var changes = Changes(row);
        var json = new JsonObject();
        if (DerivedType(row) is { } derived)
        {
            json["@odata.type"] = derived;
        }

        foreach (var property in properties)
        {
            if ((query.Select is null ? !property.IsOnRequest : query.Select.Contains(property.Name)) && (!property.IsBeta || call.IsBeta))
            {
                json[property.Name] = Value(row, property, changes, call);
            }
        }

        if (query.Expand is { } expand)
        {
            var relation = RelationOf(expand.Name)!;
            var related = relation.Read(row, call, expand);
            json[relation.Name] = relation.IsSingle ? related.FirstOrDefault() : GraphJson.Array(related.Take(GraphExpand.Most));
        }

        return json;
    }

    /// <summary>The operators of a field; null for one that does not exist.</summary>
    public string? OperatorsOf(string path, GraphCall call)
    {
        if (path.EndsWith("/$count", StringComparison.OrdinalIgnoreCase))
        {
            return RelationOf(path[..^"/$count".Length])?.Operators;
        }

        return path.StartsWith($"{Attributes}/", StringComparison.OrdinalIgnoreCase) && Find(Attributes, call) is not null
            ? "eq ne startsWith"
            : Find(path, call)?.Operators;
    }

    public FieldReader Fields(T row, GraphCall call) => path =>
    {
        if (path.EndsWith("/$count", StringComparison.OrdinalIgnoreCase))
        {
            return RelationOf(path[..^"/$count".Length])!.Count(row);
        }

        if (!path.Contains('/', StringComparison.Ordinal) || Find(path, call) is not null)
        {
            return Find(path, call) is { } property ? Value(row, property, Changes(row), call) : null;
        }

        var value = Value(row, Find(path.Split('/')[0], call)!, Changes(row), call);
        foreach (var part in path.Split('/').Skip(1))
        {
            value = (value as JsonObject)?[part];
        }

        return value;
    };

    private static JsonNode? Value(T row, GraphProperty<T> property, JsonObject? changes, GraphCall call) =>
        changes is not null && changes.TryGetPropertyValue(property.Name, out var changed)
            ? changed?.DeepClone()
            : property.Value(row, call);

    private GraphProperty<T>? Find(string property, GraphCall call) =>
        _byName.GetValueOrDefault(property) is { } found && (!found.IsBeta || call.IsBeta) ? found : null;

    private GraphRelation<T>? RelationOf(string relation) =>
        Relations.FirstOrDefault(each => each.Name.Equals(relation, StringComparison.OrdinalIgnoreCase));
}
