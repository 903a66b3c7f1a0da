using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>Whether a Conditional Access policy applies (<c>state</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccesspolicy">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<ConditionalAccessState>))]
public readonly record struct ConditionalAccessState(string Value) : IOpenText<ConditionalAccessState>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>The policy applies.</summary>
    public static ConditionalAccessState Enabled { get; } = new("enabled");

    /// <summary>The policy does not apply.</summary>
    public static ConditionalAccessState Disabled { get; } = new("disabled");

    /// <summary>The policy is evaluated and does not block.</summary>
    public static ConditionalAccessState ReportOnly { get; } = new("enabledForReportingButNotEnforced");

    static ConditionalAccessState IOpenText<ConditionalAccessState>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(ConditionalAccessState other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
