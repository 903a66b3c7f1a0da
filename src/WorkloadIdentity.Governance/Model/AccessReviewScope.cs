namespace WorkloadIdentity.Governance;

/// <summary>
/// What a review covers, as queries of Graph. See
/// <see href="https://learn.microsoft.com/graph/api/resources/accessreviewscope">accessReviewScope</see>.
/// </summary>
public sealed class AccessReviewScope
{
    /// <summary>The query.</summary>
    public string? Query { get; init; }

    /// <summary>The principals, if the scope has two lists.</summary>
    public IReadOnlyList<AccessReviewScope>? PrincipalScopes { get; init; }

    /// <summary>The resources, if the scope has two lists.</summary>
    public IReadOnlyList<AccessReviewScope>? ResourceScopes { get; init; }

    internal bool Mentions(string word) =>
        Query?.Contains(word, StringComparison.OrdinalIgnoreCase) == true
        || (PrincipalScopes ?? []).Concat(ResourceScopes ?? []).Any(scope => scope.Mentions(word));
}
