namespace WorkloadIdentity.Governance;

/// <summary>Who can reach too much, by its own permissions or by owning something more powerful.</summary>
internal static class PowerRules
{
    public static IEnumerable<ReviewFinding> Of(ReviewFacts facts) => facts.Identities
        .SelectMany(identity => Own(facts, identity))
        .Concat(Owned(facts));

    private static IEnumerable<ReviewFinding> Own(ReviewFacts facts, InventoriedIdentity identity)
    {
        var power = facts.PowerOf(identity);
        if (power < Power.Wide)
        {
            yield break;
        }

        var held = ReviewFacts.PowersOf(identity).Where(one => one.Reach.Power == power).ToList();
        var isTenant = power == Power.Tenant;
        yield return new ReviewFinding(
            isTenant ? ReviewRules.TenantPower : ReviewRules.WidePower, isTenant ? FindingSeverity.High : FindingSeverity.Medium, identity,
            part: null,
            $"It holds {Words.List(held.Select(one => one.Name))}: it {Words.List(held.Select(one => one.Reach.Why).Distinct())}.")
        {
            Command = Mend.Remove(facts.Inventory.Endpoint, identity, held[0]),
        };
    }

    /// <summary>Chains of one step. A longer chain is found as its steps.</summary>
    private static IEnumerable<ReviewFinding> Owned(ReviewFacts facts)
    {
        var identities = new Dictionary<string, InventoriedIdentity>(StringComparer.OrdinalIgnoreCase);
        foreach (var identity in facts.Inventory.Identities)
        {
            if (identity.Id?.ToString() is { Length: > 0 } id)
            {
                identities.TryAdd(id, identity);
            }
        }

        foreach (var owned in facts.Inventory.Identities.Where(identity => identity.Owners is { Count: > 0 }))
        {
            var power = facts.PowerOf(owned);
            foreach (var owner in power < Power.Wide ? [] : owned.Owners!)
            {
                if (identities.TryGetValue(owner.Id, out var identity) && identity != owned && facts.PowerOf(identity) < power)
                {
                    yield return Chain(facts, identity, owned, owner);
                }
            }
        }
    }

    private static ReviewFinding Chain(
        ReviewFacts facts, InventoriedIdentity identity, InventoriedIdentity owned, IdentityOwner owner)
    {
        var most = ReviewFacts.PowersOf(owned).First();
        return new ReviewFinding(
            ReviewRules.PowerByOwnership, most.Reach.Power == Power.Tenant ? FindingSeverity.High : FindingSeverity.Medium, identity,
            $"{owned.ClientId}/{owner.Source}",
            $"It owns '{PlainText.Of(owned.DisplayName)}' ({owned.ClientId}), which holds {most.Name}: it {most.Reach.Why}.")
        {
            Command = Mend.RemoveOwner(facts.Inventory.Endpoint, owned, owner),
        };
    }
}
