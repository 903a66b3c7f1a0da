namespace WorkloadIdentity.Governance;

/// <summary>
/// The service principals of a policy. See
/// <see href="https://learn.microsoft.com/graph/api/resources/conditionalaccessclientapplications">the page of Graph</see>.
/// </summary>
public sealed class ConditionalAccessClients
{
    /// <summary>Object ids, or <c>ServicePrincipalsInMyTenant</c>.</summary>
    public IReadOnlyList<string>? IncludeServicePrincipals { get; init; }

    /// <summary>Object ids of exceptions.</summary>
    public IReadOnlyList<string>? ExcludeServicePrincipals { get; init; }

    /// <summary>A rule on custom security attributes.</summary>
    public ConditionalAccessFilter? ServicePrincipalFilter { get; init; }
}
