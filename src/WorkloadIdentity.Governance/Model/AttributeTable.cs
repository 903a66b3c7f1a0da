using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace WorkloadIdentity.Governance;

/// <summary>
/// A few values by name, without regard to case. A service principal has a handful of attributes, and a hash table for each takes ten times
/// their memory.
/// </summary>
internal sealed class AttributeTable : IReadOnlyDictionary<string, IReadOnlyList<string>>
{
    private readonly KeyValuePair<string, IReadOnlyList<string>>[] _rows;

    /// <summary>Of two values with one name, the later counts.</summary>
    public AttributeTable(IEnumerable<KeyValuePair<string, IReadOnlyList<string>>> rows) =>
        _rows = [.. rows.Reverse().DistinctBy(row => row.Key, StringComparer.OrdinalIgnoreCase).Reverse()];

    public int Count => _rows.Length;

    public IEnumerable<string> Keys => _rows.Select(row => row.Key);

    public IEnumerable<IReadOnlyList<string>> Values => _rows.Select(row => row.Value);

    public IReadOnlyList<string> this[string key] =>
        TryGetValue(key, out var values) ? values : throw new KeyNotFoundException($"There is no attribute '{key}'.");

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out IReadOnlyList<string> value)
    {
        value = Array.Find(_rows, row => OpenText.Same(row.Key, key)).Value;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, IReadOnlyList<string>>> GetEnumerator() => _rows.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
