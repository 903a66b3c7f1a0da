using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>
/// The object id of an application (in the portal: App registrations, Object ID). It is the id in <c>/applications/{id}</c> and nowhere
/// else.
/// </summary>
/// <remarks>
/// The three ids of an identity have types of their own, because mixing them up is the commonest mistake with Graph. The value is a GUID as
/// text. It is kept as Graph sent it and compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/application">application</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<ApplicationObjectId>))]
public readonly record struct ApplicationObjectId(string Value) : IOpenText<ApplicationObjectId>
{
    /// <summary>The GUID as text; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    static ApplicationObjectId IOpenText<ApplicationObjectId>.Of(string value) => new(value);

    /// <summary>Whether two ids are equal, without regard to case.</summary>
    public bool Equals(ApplicationObjectId other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The GUID as text.</summary>
    public override string ToString() => Value;
}
