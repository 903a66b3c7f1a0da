namespace WorkloadIdentity.Governance;

/// <summary>
/// Reads a list that has the custom security attributes in it too, which needs one more permission. The attributes are a section of their
/// own. Without the permission nothing was read, and <see cref="WithoutAttributesStep"/> reads the list.
/// </summary>
internal sealed class AttributesStep(InventoryStep list) : InventoryStep
{
    private const InventorySectionName Attributes = InventorySectionName.CustomSecurityAttributes;

    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        if (section.Place.Next is null)
        {
            section.WriteLines([new StateLine { Begin = new StateBegin { Section = Attributes, At = section.Now } }]);
        }

        var (state, reason) = (SectionState.Complete, (string?)null);
        try
        {
            await list.RunAsync(section, step, cancellationToken).ConfigureAwait(false);
        }
        catch (GraphException exception) when (exception.Error.Kind is GraphErrorKind.PermissionMissing or GraphErrorKind.Refused)
        {
            (state, reason) = (SectionState.Missing, SectionReason.Of(Attributes, exception.Error));
        }

        var end = new StateSection
        {
            Section = Attributes,
            State = state,
            At = section.Now,
            Reason = reason,
            Rows = section.Look(tables => tables.Attributes.Count),
        };
        section.Write([new StateLine { End = end }], section.Page(step, 0));
    }
}
