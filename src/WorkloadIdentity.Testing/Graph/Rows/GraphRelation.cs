using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>A relation of a type: what <c>$expand</c> puts into its rows, and what filters count.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">The related objects of a row, with the properties that are selected.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Operators">The operators with which their number can be filtered.</param>
internal sealed record GraphRelation<T>(
    string Name, Func<T, GraphCall, GraphExpand, IEnumerable<JsonObject>> Read, Func<T, int> Count, string Operators = "eq ne")
{
    /// <summary>Whether it is one object and no collection.</summary>
    public bool IsSingle { get; init; }
}
