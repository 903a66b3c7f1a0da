namespace WorkloadIdentity.Governance;

/// <summary>How much of a section was read.</summary>
public enum SectionState
{
    /// <summary>Nothing. Values of this section are null.</summary>
    Missing,

    /// <summary>A part. <see cref="InventorySection.Reason"/> says what is not in it.</summary>
    Partial,

    /// <summary>All.</summary>
    Complete,
}
