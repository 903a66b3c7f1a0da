namespace WorkloadIdentity.Governance;

/// <summary>Federated credentials that trust more than is meant, match nothing, or leave no place for another.</summary>
internal static class FederationRules
{
    /// <summary>Entra's limit for an application or a managed identity.</summary>
    internal const int MostPerIdentity = 20;

    /// <summary>From how many on the limit is mentioned.</summary>
    internal const int Near = 16;

    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Identities
        .SelectMany(identity => Of(facts, identity))
        .Concat(Duplicates(facts));

    private static IEnumerable<ReviewFinding> Of(ReviewFacts facts, InventoriedIdentity identity)
    {
        foreach (var federation in identity.Federations ?? [])
        {
            if (FederationTrust.Problem(federation, facts.Inventory.TenantId) is { } problem)
            {
                var isPowerful = facts.PowerOf(identity) >= Power.Wide && problem.Severity == FindingSeverity.Medium;
                yield return Finding(
                    ReviewRules.FederationTrust, isPowerful ? FindingSeverity.High : problem.Severity, identity, federation, problem.Words,
                    Mend.RemoveFederation(identity, federation));
            }

            if (Mismatch(facts.Inventory.Endpoint, federation) is { } mismatch)
            {
                yield return Finding(
                    ReviewRules.FederationHygiene, mismatch.Severity, identity, federation, mismatch.Words,
                    mismatch.IsAudience
                        ? Mend.SetAudience(facts.Inventory.Endpoint, identity, federation)
                        : Mend.RemoveFederation(identity, federation));
            }
        }

        if (identity.Federations is { Count: >= Near } federations)
        {
            yield return new ReviewFinding(
                ReviewRules.FederationHygiene, federations.Count >= MostPerIdentity ? FindingSeverity.Medium : FindingSeverity.Low,
                identity, "limit", $"It has {federations.Count} of at most {MostPerIdentity} federated credentials.");
        }
    }

    /// <summary>A federation that no token of a library can match.</summary>
    public static (FindingSeverity Severity, string Words, bool IsAudience)? Mismatch(Uri graph, FederatedCredential federation)
    {
        if (federation.Audiences is { Count: > 0 } audiences && !audiences.Any(EntraCloud.TokenExchangeAudiences.Contains))
        {
            return (
                FindingSeverity.Medium,
                $"expects the audience {Words.List(audiences.Select(audience => PlainText.Of(audience)))}. Libraries ask for tokens with "
                    + $"{EntraCloud.TokenExchangeAudience(GraphCloud.AuthorityOf(graph))}.",
                true);
        }

        return federation.ClaimsMatchingExpression is null && federation.Subject?.Contains('*', StringComparison.Ordinal) == true
            ? (
                FindingSeverity.Low,
                $"has the subject '{PlainText.Of(federation.Subject)}'. Its star is a letter as any other, and matches no token.",
                false)
            : null;
    }

    /// <summary>The same issuer and subject on several identities: one workload can be any of them.</summary>
    private static IEnumerable<ReviewFinding> Duplicates(ReviewFacts facts) => facts.Identities
        .SelectMany(identity => (identity.Federations ?? []).Select(federation => (Identity: identity, Federation: federation)))
        .Where(pair => pair.Federation.Subject is { Length: > 0 })
        .GroupBy(pair => (pair.Federation.Issuer, pair.Federation.Subject))
        .Where(group => group.DistinctBy(pair => pair.Identity.ClientId).Skip(1).Any())
        .Select(group => group.OrderBy(pair => pair.Identity.ClientId.ToString(), StringComparer.Ordinal).ToList())
        .Select(pairs => Finding(
            ReviewRules.FederationTrust, FindingSeverity.Low, pairs[0].Identity, pairs[0].Federation,
            $"trusts {FederationTrust.Name(pairs[0].Federation)}, which "
                + $"{PlainText.Count(pairs.Count - 1, "other identity trusts", "other identities trust")} too: "
                + $"{Words.List(pairs.Skip(1).Select(pair => PlainText.Of(pair.Identity.DisplayName)))}.",
            command: null, part: "shared"));

    private static ReviewFinding Finding(
        ReviewRule rule, FindingSeverity severity, InventoriedIdentity identity, FederatedCredential federation, string words,
        string? command, string? part = null) => new(
            rule, severity, identity, $"{federation.Id ?? federation.Name}{(part is null ? "" : $"/{part}")}",
            $"The federated credential '{PlainText.Of(federation.Name ?? federation.Id)}' {words}")
        {
            Command = command,
        };
}
