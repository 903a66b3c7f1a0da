using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The custom security attributes of an identity: values by set and name, as <c>Set_Name</c>. Values are text; a number or a boolean is
/// written as JSON writes it. See
/// <see href="https://learn.microsoft.com/graph/custom-security-attributes-examples">custom security attributes</see>.
/// </summary>
/// <remarks>Names and values are case-sensitive in Graph. Look-ups here ignore the case of names. Immutable, and safe for concurrent
/// use.</remarks>
[JsonConverter(typeof(CustomSecurityAttributesConverter))]
public sealed class CustomSecurityAttributes
{
    private readonly AttributeTable _values;

    /// <summary>Attributes with these values.</summary>
    /// <param name="values">Values by <c>Set_Name</c>, such as <c>Engineering_CostCentre</c>.</param>
    public CustomSecurityAttributes(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = new AttributeTable(values);
    }

    /// <summary>All values, by <c>Set_Name</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> All => _values;

    /// <summary>The values of one attribute; empty if it has none.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    public IReadOnlyList<string> Values(string set, string name) => _values.TryGetValue($"{set}_{name}", out var values) ? values : [];

    /// <summary>Whether an attribute has a value, in the exact case.</summary>
    /// <param name="set">The attribute set.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="value">The value.</param>
    public bool Has(string set, string name, string value) => Values(set, name).Contains(value, StringComparer.Ordinal);
}
