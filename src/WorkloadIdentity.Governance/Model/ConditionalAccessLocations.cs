namespace WorkloadIdentity.Governance;

/// <summary>
/// The locations of a policy. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccesslocations">conditionalAccessLocations</see>.
/// </summary>
public sealed class ConditionalAccessLocations
{
    /// <summary>Ids of named locations, <c>All</c> or <c>AllTrusted</c>.</summary>
    public IReadOnlyList<string>? IncludeLocations { get; init; }

    /// <summary>Exceptions.</summary>
    public IReadOnlyList<string>? ExcludeLocations { get; init; }
}
