using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class CsvReportTests
{
    [Theory]
    [InlineData("orders", "orders")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+1", "\"'+1\"")]
    [InlineData("-1", "\"'-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData("\t=1", "\"'=1\"")]
    [InlineData("\r\n=1", "\"'=1\"")]
    [InlineData(" =1", "\"'=1\"")]
    [InlineData("\u200B=1", "\"'=1\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("|calc", "\"'|calc\"")]
    [InlineData("A;=1+1", "\"A;'=1+1\"")]
    [InlineData("A; =1+1;B; @SUM(A1)", "\"A; '=1+1;B; '@SUM(A1)\"")]
    [InlineData("A;\"=1+1\"", "\"A;'\"\"=1+1\"\"\"")]
    [InlineData("A; B", "\"A; B\"")]
    [InlineData("A=1;B-2", "\"A=1;B-2\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_cell_is_never_a_formula(string? value, string cell) => Assert.Equal(cell, CsvWriter.Cell(value));

    [Fact]
    public void Every_row_has_every_column_and_no_cell_begins_as_a_formula()
    {
        var rows = Parse(TenantReportTests.Csv(TenantReview.Of(ReportTenant.Create(), SampleTenant.Now)));

        Assert.All(rows, row => Assert.Equal(rows[0].Count, row.Count));
        Assert.Equal(ReportTenant.Create().Identities.Count + 1, rows.Count);
        Assert.All(rows.SelectMany(row => row), cell => Assert.DoesNotMatch(@"\A\s*[=+\-@＝＋－＠|]", cell));
    }

    [Fact]
    public void A_list_keeps_all_its_values_and_a_value_cannot_end_its_cell_where_a_semicolon_separates()
    {
        var permissions = Enumerable.Range(1, 40).Select(i => $"Permission{i:D2}.ReadWrite.Directory").ToList();
        var identity = SampleTenant.Application() with
        {
            AppRoles = [.. permissions.Select(name => SampleTenant.AppRole(name))],
            Owners = [SampleTenant.Owner() with { DisplayName = "Ada;=1+1" }],
        };

        var rows = Parse(TenantReportTests.Csv(TenantReview.Of(SampleTenant.Of(identity), SampleTenant.Now)));

        Assert.Equal(permissions, rows[1][rows[0].IndexOf("application permissions")].Split("; "));
        Assert.Equal("Ada,=1+1", rows[1][rows[0].IndexOf("owners")]);
    }

    /// <summary>RFC 4180, read by a parser of its own.</summary>
    private static List<List<string>> Parse(string text)
    {
        var (rows, row, cell, isQuoted) = (new List<List<string>>(), new List<string>(), new System.Text.StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (isQuoted && letter == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (letter == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && letter is ',' or '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (letter == '\r')
                {
                    rows.Add(row);
                    row = [];
                    i++;
                }
            }
            else
            {
                cell.Append(letter);
            }
        }

        return rows;
    }
}
