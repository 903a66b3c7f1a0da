namespace WorkloadIdentity.Governance;

/// <summary>
/// When a policy applies. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset">conditionalAccessConditionSet</see>.
/// </summary>
public sealed class ConditionalAccessConditions
{
    /// <summary>The service principals; null or empty for a policy about users.</summary>
    public ConditionalAccessClients? ClientApplications { get; init; }

    /// <summary>The APIs.</summary>
    public ConditionalAccessApplications? Applications { get; init; }

    /// <summary>The locations.</summary>
    public ConditionalAccessLocations? Locations { get; init; }

    /// <summary>The levels of risk of the service principal.</summary>
    public IReadOnlyList<RiskLevel>? ServicePrincipalRiskLevels { get; init; }
}
