using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace WorkloadIdentity.Testing;

/// <summary>One property of a type.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Read">Its value for a row, in a call.</param>
/// <param name="Operators">The operators with which it can be filtered, as words; none when empty.</param>
internal sealed record GraphProperty<T>(string Name, Func<T, GraphCall, JsonNode?> Read, string Operators = "")
{
    /// <summary>Whether it comes only when it is selected by name.</summary>
    public bool IsOnRequest { get; init; }

    /// <summary>Whether only the beta version has it.</summary>
    public bool IsBeta { get; init; }

    /// <summary>
    /// The members of its enumeration that every client knows; null when it is no such enumeration. Others come as
    /// <c>unknownFutureValue</c>, unless the call prefers their names.
    /// </summary>
    public FrozenSet<string>? Listed { get; init; }

    public JsonNode? Value(T row, GraphCall call)
    {
        var value = Read(row, call);
        return Listed is null || call.WantsUnlistedMembers ? value : value switch
        {
            JsonArray values => new JsonArray([.. values.Select(each => Mask(each)?.DeepClone())]),
            _ => Mask(value),
        };
    }

    private JsonNode? Mask(JsonNode? value) =>
        value is JsonValue text && !Listed!.Contains(text.GetValue<string>()) ? "unknownFutureValue" : value;
}
