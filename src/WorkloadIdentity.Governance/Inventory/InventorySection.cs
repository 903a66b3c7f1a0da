namespace WorkloadIdentity.Governance;

/// <summary>One part of an inventory: how complete it is, how old, and what would show the rest.</summary>
public sealed record InventorySection
{
    /// <summary>The name.</summary>
    public required InventorySectionName Name { get; init; }

    /// <summary>How much was read.</summary>
    public required SectionState State { get; init; }

    /// <summary>When it was read; null if it never was. A section that is kept is older than the inventory.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>How many rows Graph sent.</summary>
    public int Rows { get; init; }

    /// <summary>The least application permission that shows this section.</summary>
    public required string Permission { get; init; }

    /// <summary>The licence that shows this section in full; null if it needs none.</summary>
    public string? License { get; init; }

    /// <summary>Why the section is missing or partial, and the next step; null if it is complete.</summary>
    public string? Reason { get; init; }

    /// <summary>What else is to be said about the section, such as dates that could not be read.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    internal static InventorySection NotRead(InventorySectionName name) => new()
    {
        Name = name,
        State = SectionState.Missing,
        Permission = SectionAccess.Of(name).Permission,
        License = SectionAccess.Of(name).License,
        Reason = "The section was not read.",
    };
}
