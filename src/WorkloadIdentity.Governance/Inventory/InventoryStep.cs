namespace WorkloadIdentity.Governance;

/// <summary>A part of the reading of a section.</summary>
internal abstract class InventoryStep
{
    /// <param name="section">The section.</param>
    /// <param name="step">The number of this step in the section.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public abstract Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken);
}
