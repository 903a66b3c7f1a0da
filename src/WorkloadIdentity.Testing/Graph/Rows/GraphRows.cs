namespace WorkloadIdentity.Testing;

/// <summary>
/// The rows of a collection by their place. A row is made when it is asked for, so that a large directory takes no memory. A place whose
/// row was deleted is empty.
/// </summary>
internal sealed class GraphRows<T>(int count, Func<int, T?> at, Func<string, T?>? find = null) where T : GraphRow
{
    public int Count => count;

    public T? this[int place] => at(place);

    public static GraphRows<T> Of(IReadOnlyList<T> rows) => new(rows.Count, place => rows[place]);

    /// <summary>The row with this id, or this alternate key such as <c>appId='…'</c>.</summary>
    public T? Find(string key) => find is not null ? find(key)
        : All().FirstOrDefault(row => row.Id.Equals(key, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<T> All() => Enumerable.Range(0, count).Select(at).OfType<T>();
}
