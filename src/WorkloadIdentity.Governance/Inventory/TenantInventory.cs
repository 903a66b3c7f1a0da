namespace WorkloadIdentity.Governance;

/// <summary>
/// What one reading of a tenant answers: the identities, and for each section how complete it is. Immutable, and safe for concurrent use.
/// </summary>
public sealed record TenantInventory
{
    /// <summary>The tenant.</summary>
    public required string TenantId { get; init; }

    /// <summary>The root of Graph where it was read, which tells the cloud of the tenant.</summary>
    public Uri Endpoint { get; init; } = GraphCloud.Public;

    /// <summary>When the reading ended.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>One for each part of the inventory, in a fixed order. Sections that could not be read are in it too.</summary>
    public required IReadOnlyList<InventorySection> Sections { get; init; }

    /// <summary>The service principals of the tenant, and the applications that have none.</summary>
    public required IReadOnlyList<InventoriedIdentity> Identities { get; init; }

    /// <summary>The Conditional Access policies that name service principals; null if they could not be read.</summary>
    public IReadOnlyList<ConditionalAccessPolicy>? Policies { get; init; }

    /// <summary>The named locations; null if they could not be read.</summary>
    public IReadOnlyList<NamedLocation>? NamedLocations { get; init; }

    /// <summary>The policies on credentials, the tenant's own first; null if they could not be read.</summary>
    public IReadOnlyList<AppManagementPolicy>? AppManagementPolicies { get; init; }

    /// <summary>The access reviews of service principals; null if they could not be read.</summary>
    public IReadOnlyList<InventoriedReview>? AccessReviews { get; init; }

    /// <summary>How many HTTP requests this reading sent to Graph. Repeated ones count.</summary>
    public int Requests { get; init; }

    /// <summary>What a reader of the inventory has to know, such as a state file that could not be used.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>A section by its name.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The section; one that is <see cref="SectionState.Missing"/> if the inventory does not have it.</returns>
    public InventorySection Section(InventorySectionName name) =>
        Sections.FirstOrDefault(section => section.Name == name) ?? InventorySection.NotRead(name);
}
