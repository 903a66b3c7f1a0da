namespace WorkloadIdentity.Governance;

/// <summary>
/// A policy and whether it would apply. See
/// <see href="https://learn.microsoft.com/graph/api/resources/whatifanalysisresult">whatIfAnalysisResult</see>.
/// </summary>
public sealed class WhatIfResult
{
    /// <summary>The id of the policy.</summary>
    public string? Id { get; init; }

    /// <summary>The name of the policy.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Whether the policy applies at all.</summary>
    public ConditionalAccessState? State { get; init; }

    /// <summary>What the policy asks for.</summary>
    public ConditionalAccessGrant? GrantControls { get; init; }

    /// <summary>Whether the policy would apply to the sign-in.</summary>
    public bool? PolicyApplies { get; init; }

    /// <summary>Why it would not, such as <c>notSet</c> or <c>location</c>.</summary>
    public string? AnalysisReasons { get; init; }

    /// <summary>Whether the sign-in would be blocked by this policy: it applies, is enforced and blocks.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Blocks =>
        PolicyApplies == true && State == ConditionalAccessState.Enabled
        && GrantControls?.BuiltInControls?.Contains("block", StringComparer.OrdinalIgnoreCase) == true;
}
