namespace WorkloadIdentity.Governance;

/// <summary>
/// A list without room for more. A parser makes lists with room for four, and a tenant has half a million lists that hold none or one.
/// </summary>
internal static class ExactList
{
    public static IReadOnlyList<T>? Of<T>(IReadOnlyList<T>? list) => list switch
    {
        null => null,
        { Count: 0 } => Array.Empty<T>(),
        T[] exact => exact,
        _ => [.. list],
    };
}
