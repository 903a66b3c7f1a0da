namespace WorkloadIdentity.Governance;

/// <summary>What was read, when, and what would show the rest.</summary>
internal sealed class SectionsHtml(HtmlWriter html, DateTimeOffset now)
{
    public void Write(TenantInventory inventory)
    {
        html.Write("""
            <div class="wide" tabindex="0" role="region" aria-label="Parts of the inventory"><table class="stack"><thead><tr>
            <th scope="col">Part</th><th scope="col">State</th><th scope="col">Rows</th><th scope="col">Age</th>
            <th scope="col">What it needs</th></tr></thead><tbody>

            """);
        foreach (var section in inventory.Sections)
        {
            Row(section);
        }

        html.Write("</tbody></table></div>");
        foreach (var note in inventory.Notes)
        {
            html.Write($"""<p class="small">{note}</p>""");
        }
    }

    /// <summary>How old a section is, in words.</summary>
    public static string Age(InventorySection section, DateTimeOffset now) => section.ReadAt is not { } read ? "never read"
        : (now - read) switch
        {
            { TotalMinutes: < 2 } => "now",
            { TotalHours: < 2 } age => PlainText.Count((int)age.TotalMinutes, "minute"),
            { TotalDays: < 2 } age => PlainText.Count((int)age.TotalHours, "hour"),
            var age => PlainText.Count((int)age.TotalDays, "day"),
        };

    private void Row(InventorySection section)
    {
        var (tone, state) = section.State switch
        {
            SectionState.Complete => ("good", "complete"),
            SectionState.Partial => ("medium", "a part"),
            _ => ("high", "missing"),
        };
        html.Write($"""<tr><th scope="row">{Words.Of(section.Name)}</th>""");
        html.Write($"""<td data-name="State"><span class="badge {tone}">{state}</span></td>""");
        html.Write($"""<td class="number" data-name="Rows">{section.Rows}</td>""");
        html.Write($"""<td class="number" data-name="Age">{Age(section, now)}</td>""");
        html.Write($"""<td data-name="Needs">{Words.Needs(section)} {section.Reason} {string.Join(' ', section.Notes)}</td></tr>""");
    }
}
