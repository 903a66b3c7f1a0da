using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>What became of a risk (<c>riskState</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/riskyserviceprincipal">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<RiskState>))]
public readonly record struct RiskState(string Value) : IOpenText<RiskState>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>No risk.</summary>
    public static RiskState None { get; } = new("none");

    /// <summary>The risk is open.</summary>
    public static RiskState AtRisk { get; } = new("atRisk");

    /// <summary>An administrator confirmed that the identity is compromised.</summary>
    public static RiskState ConfirmedCompromised { get; } = new("confirmedCompromised");

    /// <summary>An administrator confirmed that the identity is safe.</summary>
    public static RiskState ConfirmedSafe { get; } = new("confirmedSafe");

    /// <summary>The risk was remediated.</summary>
    public static RiskState Remediated { get; } = new("remediated");

    /// <summary>An administrator dismissed the risk.</summary>
    public static RiskState Dismissed { get; } = new("dismissed");

    static RiskState IOpenText<RiskState>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(RiskState other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
