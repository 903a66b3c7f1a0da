namespace WorkloadIdentity.Governance;

/// <summary>How far a reading has come.</summary>
/// <param name="Section">The section that a page or an end was read of.</param>
/// <param name="Rows">The rows of this section so far.</param>
/// <param name="SectionsDone">How many sections are read.</param>
/// <param name="Sections">How many sections there are.</param>
/// <param name="Requests">How many requests the reading sent so far.</param>
public readonly record struct InventoryProgress(
    InventorySectionName Section, int Rows, int SectionsDone, int Sections, int Requests);
