namespace WorkloadIdentity.Governance;

/// <summary>Reads the list if <see cref="AttributesStep"/> could not.</summary>
internal sealed class WithoutAttributesStep(InventoryStep list) : InventoryStep
{
    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        var wasRead = section.Look(tables =>
            tables.Ended.GetValueOrDefault(InventorySectionName.CustomSecurityAttributes)?.State == SectionState.Complete);
        if (wasRead)
        {
            section.Write([], section.Page(step, 0));
            return;
        }

        await list.RunAsync(section, step, cancellationToken).ConfigureAwait(false);
    }
}
