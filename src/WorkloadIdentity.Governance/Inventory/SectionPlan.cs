namespace WorkloadIdentity.Governance;

/// <summary>How a section is read.</summary>
/// <param name="Section">The section.</param>
/// <param name="Group">The limits that its requests count towards. Sections of one group are read one after the other.</param>
/// <param name="Steps">What is read, in this order.</param>
internal sealed record SectionPlan(InventorySectionName Section, LimitGroup Group, IReadOnlyList<InventoryStep> Steps)
{
    /// <summary>Whether an inventory without it makes no sense.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>How later changes are read; null if Graph does not list them.</summary>
    public ChangeReading? Changes { get; init; }
}
