using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace WorkloadIdentity.Tests;

/// <summary>docs/errors.md: its tables are those compiled in, and each of its sections reads in a minute.</summary>
public sealed partial class ErrorsPageTests
{
    // People read about 240 words a minute.
    private const int MostWords = 220;

    private readonly string _page = Repository.Read("docs/errors.md");

    [Fact]
    public void Every_table_of_codes_is_the_one_that_is_compiled_in()
    {
        var received = _page;
        foreach (var category in EntraError.All.Values.GroupBy(error => error.Category))
        {
            var section = Section(JsonNamingPolicy.KebabCaseLower.ConvertName(category.Key.ToString()));
            var table = new StringBuilder("| Code | Meaning | Check first | Then |\n|---|---|---|---|\n");
            foreach (var error in category.OrderBy(error => error.Code))
            {
                table.Append(null, $"| {error.Name} | {Cell(error.Meaning)} | {Cell(error.Check)} | {Cell(error.Fix)} |\n");
            }

            Assert.Matches(Table(), section);
            received = received.Replace(section, Table().Replace(section, _ => table.ToString(), 1), StringComparison.Ordinal);
        }

        if (received != _page)
        {
            var file = Path.Combine(AppContext.BaseDirectory, "errors.received.md");
            File.WriteAllText(file, received);
            Assert.Fail(
                $"The tables are not those of EntraErrors.tsv. Look at the difference, and if it is meant: cp '{file}' docs/errors.md");
        }
    }

    [Fact]
    public void A_section_reads_in_a_minute() => Assert.All(
        Heading().Matches(_page).Select(match => match.Groups[1].Value),
        anchor => Assert.InRange(
            Table().Replace(Section(anchor), "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length, 5, MostWords));

    [Fact]
    public void No_anchor_is_there_twice()
    {
        var anchors = Heading().Matches(_page).Select(match => match.Groups[1].Value).ToList();

        Assert.True(anchors.Count > 60);
        Assert.Equal(anchors.Distinct(), anchors);
    }

    private string Section(string anchor)
    {
        var start = _page.IndexOf($"\n## {anchor}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no section '{anchor}'.");
        var end = _page.IndexOf("\n#", start + 1, StringComparison.Ordinal);
        return end < 0 ? _page[start..] : _page[start..end];
    }

    // Markdown takes < for HTML.
    private static string Cell(string text) => text.Replace("<", "\\<", StringComparison.Ordinal);

    [GeneratedRegex(@"^\| Code \|(?: Meaning.*\n.*\n)(?:\|.*\n?)*", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Table();

    [GeneratedRegex(@"^## (.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();
}
