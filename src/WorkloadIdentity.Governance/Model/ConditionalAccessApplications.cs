namespace WorkloadIdentity.Governance;

/// <summary>
/// The APIs of a policy. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccessapplications">conditionalAccessApplications</see>.
/// </summary>
public sealed class ConditionalAccessApplications
{
    /// <summary>Application (client) ids, <c>All</c> or the name of a group of APIs.</summary>
    public IReadOnlyList<string>? IncludeApplications { get; init; }

    /// <summary>Exceptions.</summary>
    public IReadOnlyList<string>? ExcludeApplications { get; init; }
}
