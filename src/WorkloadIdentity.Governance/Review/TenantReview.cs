namespace WorkloadIdentity.Governance;

/// <summary>
/// The findings about a tenant, ranked by harm. A review reads nothing but the inventory: the same inventory at the same time gives the
/// same findings in the same order.
/// </summary>
public sealed class TenantReview
{
    private TenantReview(TenantInventory inventory, DateTimeOffset now, ReviewOptions options)
    {
        options.Check();
        (Inventory, ReviewedOn) = (inventory, now);
        Facts = new ReviewFacts(inventory, now, options);
        Findings =
        [
            .. RiskRules.Of(Facts).Concat(CredentialRules.Of(Facts)).Concat(PowerRules.Of(Facts)).Concat(OwnerRules.Of(Facts))
                .Concat(UseRules.Of(Facts)).Concat(FederationRules.Of(Facts)).Concat(CoverageRules.Of(Facts))
                .Concat(AccessReviewRules.Of(Facts)).Concat(SectionRules.Of(Facts))
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Rule.Rank)
                .ThenBy(finding => finding.Due ?? DateTimeOffset.MaxValue)
                .ThenByDescending(finding => finding.Identity is { } identity ? Facts.PowerOf(identity) : Power.None)
                .ThenBy(finding => finding.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>What was reviewed.</summary>
    public TenantInventory Inventory { get; }

    /// <summary>The time for which it was reviewed: "soon" and "lately" are counted from it.</summary>
    public DateTimeOffset ReviewedOn { get; }

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
        return new TenantReview(inventory, now, options ?? new ReviewOptions());
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
}
