namespace WorkloadIdentity.Governance;

/// <summary>The risk of an identity, as Identity Protection sees it.</summary>
public sealed record IdentityRisk
{
    internal static IdentityRisk None { get; } = new() { Detections = [] };

    internal static IdentityRisk NoneWithoutDetections { get; } = new();

    /// <summary>How serious it is; <see cref="RiskLevel.Hidden"/> without a licence.</summary>
    public RiskLevel Level { get; init; } = RiskLevel.None;

    /// <summary>What became of it.</summary>
    public RiskState State { get; init; } = RiskState.None;

    /// <summary>Why the state is what it is.</summary>
    public string? Detail { get; init; }

    /// <summary>When it changed last.</summary>
    public DateTimeOffset? UpdatedOn { get; init; }

    /// <summary>The detections; null if they could not be read.</summary>
    public IReadOnlyList<RiskDetection>? Detections { get; init; }
}
