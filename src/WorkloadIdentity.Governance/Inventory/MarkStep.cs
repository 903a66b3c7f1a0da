using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Gets the link to changes from now on, before the list itself is read. So a change in the meantime is read twice and never missed.
/// </summary>
internal sealed class MarkStep(GraphRead<JsonElement> changes) : InventoryStep
{
    public override async Task RunAsync(SectionReading section, int step, CancellationToken cancellationToken)
    {
        string? delta = null;
        try
        {
            await foreach (var page in section.Graph.PagesAsync(changes, section.Json, cancellationToken).ConfigureAwait(false))
            {
                delta = page.DeltaLink;
            }
        }
        catch (GraphException exception) when (!exception.Error.IsTransient && exception.Error.Kind != GraphErrorKind.Unauthorized)
        {
            section.Note($"Later changes cannot be read, so the next reading reads the section in full. {exception.Error.Message}");
        }

        section.Write([], section.Page(step, 0, delta: delta));
    }
}
