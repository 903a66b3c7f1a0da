using System.Text.Json.Serialization;

namespace WorkloadIdentity.Governance;

/// <summary>What was detected (<c>riskEventType</c>).</summary>
/// <remarks>
/// An open list: Graph adds values, and this type keeps each as it was sent. Values are compared without regard to case. See
/// <see href="https://learn.microsoft.com/graph/api/resources/serviceprincipalriskdetection">the page of Graph</see>.
/// </remarks>
/// <param name="Value">The value as Graph writes it.</param>
[JsonConverter(typeof(OpenTextConverter<RiskEventType>))]
public readonly record struct RiskEventType(string Value) : IOpenText<RiskEventType>
{
    /// <summary>The value as Graph writes it; empty for the default value.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>A valid credential was found in public.</summary>
    public static RiskEventType LeakedCredentials { get; } = new("leakedCredentials");

    /// <summary>Sign-ins differ from those of the last weeks. Moving from a secret to federation can cause it.</summary>
    public static RiskEventType SuspiciousSignIns { get; } = new("suspiciousSignins");

    /// <summary>Microsoft disabled the application.</summary>
    public static RiskEventType MaliciousApplication { get; } = new("maliciousApplication");

    /// <summary>The application may break the terms.</summary>
    public static RiskEventType SuspiciousApplication { get; } = new("suspiciousApplication");

    /// <summary>Unusual changes in the directory.</summary>
    public static RiskEventType AnomalousActivity { get; } = new("anomalousServicePrincipalActivity");

    /// <summary>Unusual calls of Graph. A full inventory can cause it.</summary>
    public static RiskEventType SuspiciousApiTraffic { get; } = new("suspiciousAPITraffic");

    /// <summary>An administrator confirmed that the identity is compromised.</summary>
    public static RiskEventType ConfirmedByAdministrator { get; } = new("adminConfirmedServicePrincipalCompromised");

    /// <summary>Known patterns of attack.</summary>
    public static RiskEventType ThreatIntelligence { get; } = new("investigationsThreatIntelligence");

    static RiskEventType IOpenText<RiskEventType>.Of(string value) => new(value);

    /// <summary>Whether two values are equal, without regard to case.</summary>
    public bool Equals(RiskEventType other) => OpenText.Same(Value, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => OpenText.Hash(Value);

    /// <summary>The value as Graph writes it.</summary>
    public override string ToString() => Value;
}
