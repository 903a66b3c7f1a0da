namespace WorkloadIdentity.Governance;

/// <summary>
/// A rule that picks service principals. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccessfilter">conditionalAccessFilter</see>.
/// </summary>
public sealed class ConditionalAccessFilter
{
    /// <summary><c>include</c> or <c>exclude</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>The rule, such as <c>CustomSecurityAttribute.Engineering_Project -eq "Baker"</c>.</summary>
    public string? Rule { get; init; }
}
