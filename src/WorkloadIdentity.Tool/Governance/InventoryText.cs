using System.Collections.Immutable;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary>An inventory for a person at a terminal: one row for each identity, those that reach farthest first.</summary>
/// <param name="screen">Where it goes.</param>
/// <param name="isCut">Whether a cell is cut to the width of its column, as in a terminal. A file or another program gets it whole.</param>
internal sealed class InventoryText(Screen screen, bool isCut)
{
    private static readonly ImmutableArray<(string Title, int Width)> Columns =
        [("name", 32), ("kind", 18), ("owner", 18), ("created", 10), ("last used", 10), ("next end", 10), ("reaches", 0)];

    public void Write(TenantReview review)
    {
        Row([.. Columns.Select(column => column.Title)], ConsoleColor.Cyan);
        foreach (var identity in review.Inventory.Identities
            .OrderByDescending(review.PowerOf).ThenBy(identity => identity.DisplayName, StringComparer.OrdinalIgnoreCase))
        {
            var row = IdentityRow.Of(identity, review);
            var state = row.State.Length > 0 ? $", {row.State}" : "";
            Row(
                [
                    PlainText.Of(identity.DisplayName), Short(row.Kind) + state, PlainText.Of(Words.List(row.Owners, most: 1)), row.Created,
                    row.LastUsed, row.NextEnd, row.Reaches,
                ],
                row.Power == Power.Tenant ? ConsoleColor.Red : row.Power == Power.Wide ? ConsoleColor.Yellow : null);
        }

        screen.Line();
        var count = PlainText.Count(review.Inventory.Identities.Count, "identity", "identities");
        screen.Line($"{count} of tenant {review.Inventory.TenantId}.");
        Sections(screen, review);
    }

    /// <summary>How old the inventory is, and what is not in it.</summary>
    public static void Sections(Screen screen, TenantReview review)
    {
        var read = review.Inventory.Sections.Where(section => section.ReadAt is not null).ToList();
        if (read.Count > 0)
        {
            var oldest = read.MinBy(section => section.ReadAt)!;
            screen.Line($"Oldest part: {Words.Of(oldest.Name)}, {SectionsHtml.Age(oldest, review.ReviewedOn)}. --fresh reads all again.");
        }

        foreach (var section in review.Inventory.Sections.Where(section => section.State != SectionState.Complete))
        {
            var what = section.State == SectionState.Missing ? "Not read" : "Only a part read";
            foreach (var line in Wrapped.Lines(
                $"{what}: {Words.Of(section.Name)}. {PlainText.Of(section.Reason)} {Words.Needs(section)}", "", "  "))
            {
                screen.Line(line);
            }
        }

        foreach (var note in review.Inventory.Notes)
        {
            screen.Line(PlainText.Of(note));
        }
    }

    private void Row(IReadOnlyList<string> cells, ConsoleColor? colour)
    {
        var line = string.Join("  ", cells.Select((cell, i) => Columns[i].Width == 0 ? cell : Cell(cell, Columns[i].Width)));
        screen.Line((line.TrimEnd(), colour));
    }

    private string Cell(string text, int width) => (isCut ? PlainText.Cut(text, width) : text).PadRight(width);

    private static string Short(string kind) => kind
        .Replace("system-assigned managed identity", "system-assigned", StringComparison.Ordinal)
        .Replace("user-assigned managed identity", "user-assigned", StringComparison.Ordinal)
        .Replace("application of another tenant", "foreign application", StringComparison.Ordinal);
}
