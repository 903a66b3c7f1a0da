namespace WorkloadIdentity.Governance;

/// <summary>
/// A service principal at risk. See
/// <see href="https://learn.microsoft.com/graph/api/resources/riskyserviceprincipal">riskyServicePrincipal</see>.
/// </summary>
public sealed class RiskyServicePrincipal
{
    /// <summary>The service principal.</summary>
    public ServicePrincipalId Id { get; init; }

    /// <summary>The application (client) id.</summary>
    public ClientId AppId { get; init; }

    /// <summary>The name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>How serious the risk is.</summary>
    public RiskLevel? RiskLevel { get; init; }

    /// <summary>What became of it.</summary>
    public RiskState? RiskState { get; init; }

    /// <summary>Why the state is what it is.</summary>
    public string? RiskDetail { get; init; }

    /// <summary>When the risk changed last.</summary>
    public DateTimeOffset? RiskLastUpdatedDateTime { get; init; }
}
