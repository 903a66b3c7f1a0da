using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>How serious a risk is (<c>riskLevel</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/riskyserviceprincipal">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<RiskLevel>))]
public readonly record struct RiskLevel(string Value) : IOpenText<RiskLevel>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>No risk.</summary>
    public static RiskLevel None { get; } = new("none");

    /// <summary>Low.</summary>
    public static RiskLevel Low { get; } = new("low");

    /// <summary>Medium.</summary>
    public static RiskLevel Medium { get; } = new("medium");

    /// <summary>High.</summary>
    public static RiskLevel High { get; } = new("high");

    /// <summary>Not shown without a Workload ID Premium licence.</summary>
    public static RiskLevel Hidden { get; } = new("hidden");

    static RiskLevel IOpenText<RiskLevel>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(RiskLevel other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
