using System.Text.Json.Nodes;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A value that a custom security attribute shall have. Graph refuses a value without the annotation of its type, so the type is chosen by
/// the method that makes it. See <see href="https://learn.microsoft.com/graph/custom-security-attributes-examples">examples</see>.
/// </summary>
public sealed class AttributeAssignment
{
    /// <summary>The annotations of several values.</summary>
    internal const string Strings = "#Collection(String)";

    /// <inheritdoc cref="Strings"/>
    internal const string Integers = "#Collection(Int32)";

    private readonly JsonNode? _value;

    private AttributeAssignment(string set, string name, JsonNode? value, string? annotation)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(set);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (Set, Name, _value, Annotation) = (set, name, value, annotation);
    }

    /// <summary>The attribute set.</summary>
    public string Set { get; }

    /// <summary>The attribute.</summary>
    public string Name { get; }

    /// <summary>The name as policies write it.</summary>
    internal string FullName => $"{Set}_{Name}";

    /// <summary>The type that is written beside the value; null where Graph needs none.</summary>
    internal string? Annotation { get; }

    internal JsonNode? Value => _value?.DeepClone();

    /// <summary>A text.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">The value.</param>
    public static AttributeAssignment Text(string set, string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(set, name, JsonValue.Create(value), null);
    }

    /// <summary>Several texts, in place of those there are. None removes them.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="values">The values.</param>
    public static AttributeAssignment Texts(string set, string name, params IEnumerable<string> values) =>
        new(set, name, new JsonArray([.. values.Select(value => (JsonNode)JsonValue.Create(value)!)]), Strings);

    /// <summary>A number.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">The value.</param>
    public static AttributeAssignment Number(string set, string name, int value) => new(set, name, JsonValue.Create(value), "#Int32");

    /// <summary>Several numbers, in place of those there are. None removes them.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="values">The values.</param>
    public static AttributeAssignment Numbers(string set, string name, params IEnumerable<int> values) =>
        new(set, name, new JsonArray([.. values.Select(value => (JsonNode)JsonValue.Create(value))]), Integers);

    /// <summary>Yes or no.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">The value.</param>
    public static AttributeAssignment Flag(string set, string name, bool value) => new(set, name, JsonValue.Create(value), null);

    /// <summary>No value: what there is, is removed.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    public static AttributeAssignment None(string set, string name) => new(set, name, null, null);

    /// <summary>The attribute and its value, as a plan shows it.</summary>
    public override string ToString() => $"{FullName} = {DesiredJson.Text(_value)}";
}
