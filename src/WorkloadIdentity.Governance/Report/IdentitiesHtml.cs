namespace WorkloadIdentity.Governance;

/// <summary>The life of each identity in one row: created, owned, used, ending, reaching, revocable.</summary>
internal sealed class IdentitiesHtml(HtmlWriter html, TenantReview review)
{
    private const int MostOwners = 2;

    public void Write(int most)
    {
        html.Write("""
            <div class="wide" tabindex="0" role="region" aria-label="Identities"><table class="stack"><thead><tr>
            <th scope="col">Identity</th><th scope="col">Owner</th><th scope="col">Created</th><th scope="col">Last used</th>
            <th scope="col">Next end</th><th scope="col">Reaches</th><th scope="col">Policy</th><th scope="col">Revoked</th>
            </tr></thead><tbody>

            """);
        foreach (var identity in review.Inventory.Identities
            .OrderByDescending(review.Facts.PowerOf).ThenBy(identity => identity.DisplayName, StringComparer.OrdinalIgnoreCase)
            .ThenBy(identity => identity.ClientId.ToString(), StringComparer.Ordinal).Take(most))
        {
            Row(identity);
        }

        html.Write("</tbody></table></div>");
    }

    private void Row(InventoriedIdentity identity)
    {
        var row = IdentityRow.Of(identity, review);
        var tone = ReachData.Tone(row.Power);
        var kind = row.State.Length > 0 ? $"{row.Kind}, {row.State}" : row.Kind;
        html.Write($"""<tr><th scope="row">{identity.DisplayName}<br><span class="quiet small">{kind}</span></th>""");
        html.Write($"""<td data-name="Owner">{Words.List(row.Owners, MostOwners)}</td>""");
        html.Write($"""<td class="number" data-name="Created">{row.Created}</td>""");
        html.Write($"""<td class="number" data-name="Last used">{row.LastUsed}</td>""");
        html.Write($"""<td class="number" data-name="Next end">{row.NextEnd}</td>""");
        html.Write($"""<td data-name="Reaches"><span class="badge {tone}">{row.Reaches}</span></td>""");
        html.Write($"""<td data-name="Policy">{row.Policy}</td><td data-name="Revoked">{row.Revoked}</td></tr>""");
    }
}
