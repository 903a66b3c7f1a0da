namespace WorkloadIdentity.Governance;

/// <summary>
/// The findings about a tenant, ranked by harm. A review reads nothing but the inventory: the same inventory at the same time gives the
/// same findings in the same order.
/// </summary>
public sealed class TenantReview
{
    private TenantReview(ReviewFacts facts, IReadOnlyList<ReviewFinding> findings) => (Facts, Findings) = (facts, findings);

    /// <summary>What was reviewed.</summary>
    public TenantInventory Inventory => Facts.Inventory;

    /// <summary>The time for which it was reviewed: "soon" and "lately" are counted from it.</summary>
    public DateTimeOffset ReviewedOn => Facts.Now;

    /// <summary>The findings, the greatest harm first.</summary>
    public IReadOnlyList<ReviewFinding> Findings { get; }

    internal ReviewFacts Facts { get; }

    /// <summary>Reviews an inventory.</summary>
    /// <param name="inventory">The inventory.</param>
    /// <param name="now">The time: of a <see cref="TimeProvider"/>, or the time of the inventory.</param>
    /// <param name="options">What is soon, lately and long; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is not positive.</exception>
    public static TenantReview Of(TenantInventory inventory, DateTimeOffset now, ReviewOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inventory);
        options ??= new ReviewOptions();
        options.Check();
        var facts = new ReviewFacts(inventory, now, options);
        return new TenantReview(facts, Ranked(facts));
    }

    /// <summary>
    /// The review of some identities: them, their findings and those of the tenant. The rules have looked at the whole tenant, because
    /// some compare an identity with others.
    /// </summary>
    internal TenantReview Only(Func<InventoriedIdentity, bool> choose)
    {
        var chosen = Inventory with { Identities = [.. Inventory.Identities.Where(choose)] };
        return new TenantReview(
            new ReviewFacts(chosen, Facts.Now, Facts.Options),
            [.. Findings.Where(finding => finding.Identity is not { } identity || choose(identity))]);
    }

    /// <summary>How far an identity of the inventory reaches by its permissions and directory roles.</summary>
    /// <param name="identity">The identity.</param>
    public Power PowerOf(InventoriedIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return Facts.PowerOf(identity);
    }

    /// <summary>Whether Conditional Access covers an identity of the inventory.</summary>
    /// <param name="identity">The identity.</param>
    public PolicyCoverage CoverageOf(InventoriedIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return Facts.CoverageOf(identity);
    }

    /// <summary>
    /// Whether an API with continuous access evaluation, such as Microsoft Graph, refuses the identity's tokens soon after it is disabled.
    /// </summary>
    /// <param name="identity">The identity.</param>
    /// <returns>Null if it is not known where the application is registered or who may use it.</returns>
    public static bool? IsRevocableAtOnce(InventoriedIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return ReviewFacts.CanBeCovered(identity);
    }

    private static List<ReviewFinding> Ranked(ReviewFacts facts) =>
    [
        .. RiskRules.Of(facts).Concat(CredentialRules.Of(facts)).Concat(PowerRules.Of(facts)).Concat(OwnerRules.Of(facts))
            .Concat(UseRules.Of(facts)).Concat(FederationRules.Of(facts)).Concat(CoverageRules.Of(facts))
            .Concat(AccessReviewRules.Of(facts)).Concat(SectionRules.Of(facts))
            .OrderByDescending(finding => finding.Severity)
            .ThenBy(finding => ReviewRules.All.IndexOf(finding.Rule))
            .ThenBy(finding => finding.Due ?? DateTimeOffset.MaxValue)
            .ThenByDescending(finding => finding.Identity is { } identity ? facts.PowerOf(identity) : Power.None)
            .ThenBy(finding => finding.Id, StringComparer.Ordinal),
    ];
}
