namespace WorkloadIdentity.Governance;

/// <summary>
/// Why a service principal is at risk. See
/// <see href="https://learn.microsoft.com/graph/api/resources/serviceprincipalriskdetection">servicePrincipalRiskDetection</see>.
/// </summary>
public sealed class RiskDetection
{
    /// <summary>The id of the detection.</summary>
    public string? Id { get; init; }

    /// <summary>The service principal.</summary>
    public ServicePrincipalId ServicePrincipalId { get; init; }

    /// <summary>What was detected.</summary>
    public RiskEventType? RiskEventType { get; init; }

    /// <summary>How serious it is.</summary>
    public RiskLevel? RiskLevel { get; init; }

    /// <summary>What became of it.</summary>
    public RiskState? RiskState { get; init; }

    /// <summary>The credentials concerned: for leaked credentials, the leaked ones.</summary>
    public IReadOnlyList<string>? KeyIds { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset? ActivityDateTime { get; init; }

    /// <summary>When it was detected.</summary>
    public DateTimeOffset? DetectedDateTime { get; init; }

    /// <summary>The address the activity came from.</summary>
    public string? IpAddress { get; init; }

    /// <summary>More, as JSON in a text.</summary>
    public string? AdditionalInfo { get; init; }
}
