namespace WorkloadIdentity.Governance;

/// <summary>
/// A flexible federated credential's expression, such as <c>claims['sub'] matches 'repo:contoso/*'</c>. See
/// <see href="https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials">flexible federated
/// credentials</see>.
/// </summary>
public sealed class ClaimsMatchingExpression
{
    /// <summary>The version of the language: 1.</summary>
    public int? LanguageVersion { get; init; }

    /// <summary>The expression.</summary>
    public string? Value { get; init; }
}
