namespace WorkloadIdentity.Governance;

/// <summary>
/// A trust in tokens of another issuer. An application or a user-assigned managed identity has at most 20. See
/// <see href="https://learn.microsoft.com/graph/api/resources/federatedidentitycredential">federatedIdentityCredential</see>.
/// </summary>
public sealed class FederatedCredential
{
    /// <summary>The id of the federated credential.</summary>
    public string? Id { get; init; }

    /// <summary>Its name, unique for its application.</summary>
    public string? Name { get; init; }

    /// <summary>The issuer of the tokens, compared exactly.</summary>
    public string? Issuer { get; init; }

    /// <summary>The subject of the tokens, compared exactly; null if <see cref="ClaimsMatchingExpression"/> is set.</summary>
    public string? Subject { get; init; }

    /// <summary>The audience of the tokens: one value.</summary>
    public IReadOnlyList<string>? Audiences { get; init => field = ExactList.Of(value); }

    /// <summary>What somebody noted about it.</summary>
    public string? Description { get; init; }

    /// <summary>The expression that tokens match in place of a subject, with wildcards. Graph shows it in beta only.</summary>
    public ClaimsMatchingExpression? ClaimsMatchingExpression { get; init; }
}
