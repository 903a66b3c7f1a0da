using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed partial class TenantReportTests
{
    private static readonly TenantReview Review = TenantReview.Of(ReportTenant.Create(), SampleTenant.Now);

    [Fact]
    public void The_page_shows_every_part_and_its_markup_is_well_formed()
    {
        var page = Html(Review);

        Assert.All(["next", "reach", "findings", "identities", "sections"], id =>
        {
            Assert.Contains($"<h2 id=\"{id}\">", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"#{id}\"", page, StringComparison.Ordinal);
        });
        Assert.Empty(Unbalanced(page));
        Assert.Equal(page, Html(TenantReview.Of(ReportTenant.Create(), SampleTenant.Now)));
    }

    [Fact]
    public void No_name_becomes_markup()
    {
        var page = Html(Review);
        var withoutNames = Html(TenantReview.Of(Renamed(ReportTenant.Create(), _ => "plain"), SampleTenant.Now));

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Tags(withoutNames).Distinct().Order(), Tags(page).Distinct().Order());
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_loads_nothing_and_its_policy_allows_only_its_own_style()
    {
        var page = Html(Review);
        var style = Style().Match(page).Groups[1].Value;
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(style)));

        Assert.Contains(
            $"content=\"{HtmlEncoder.Default.Encode($"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'")}", page,
            StringComparison.Ordinal);
        Assert.Single(Style().Matches(page));
        Assert.DoesNotMatch(@"(?i)\s(src|srcset|action|formaction|poster|style|on[a-z]+)\s*=\s*[""']", Names().Replace(page, ""));
        Assert.DoesNotContain("url(", style, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", style, StringComparison.OrdinalIgnoreCase);
        Assert.All(
            Links().Matches(page).Select(match => match.Groups[1].Value), link => Assert.StartsWith("#", link, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("page")]
    [InlineData("csv")]
    [InlineData("findings")]
    [InlineData("sarif")]
    public void No_form_has_a_control_character_or_a_mark_of_direction(string form)
    {
        var text = form switch
        {
            "page" => Html(Review),
            "csv" => Csv(Review),
            "findings" => Texts(Json(Review, TenantReport.WriteFindingsJson), "evidence", "command", "title"),
            _ => Texts(Json(Review, TenantReport.WriteSarif), "text", "name"),
        };

        Assert.DoesNotMatch(@"[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]", text);
        Assert.DoesNotContain('\r', text.Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public void JSON_escapes_what_a_terminal_could_act_on()
    {
        foreach (var text in new[] { Json(Review, TenantReport.WriteInventoryJson), Json(Review, TenantReport.WriteFindingsJson) })
        {
            Assert.DoesNotMatch(@"[^\n\u0020-\u007E]", text);
            Assert.Contains("\\u202E", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_page_of_a_large_tenant_stays_small()
    {
        var page = Html(TenantReview.Of(ReportTenant.Create(others: 20_000), SampleTenant.Now));

        Assert.InRange(page.Length, 1, 600_000);
        Assert.Contains("more are not shown here", page, StringComparison.Ordinal);
        Assert.Contains("other identities", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_counts_findings_by_severity_and_says_each_that_differs_from_the_worst_of_its_rule()
    {
        var page = Html(TenantReview.Of(
            SampleTenant.Of(
                SampleTenant.Application(1) with { Credentials = [SampleTenant.Secret(endsIn: 2)] },
                SampleTenant.Application(2) with { Credentials = [SampleTenant.Secret(endsIn: 20)] }),
            SampleTenant.Now));

        Assert.Contains("<span class=\"count\">1 critical, 1 high</span>", page, StringComparison.Ordinal);
        Assert.Matches("</b>\\s*<span class=\"badge\">high</span>\\s*<p>", page);
        Assert.DoesNotMatch("</b>\\s*<span class=\"badge\">critical</span>", page);
    }

    [Fact]
    public void A_page_of_an_empty_tenant_says_so()
    {
        var page = Html(TenantReview.Of(SampleTenant.Of(), SampleTenant.Now));

        Assert.Contains("No rule found anything.", page, StringComparison.Ordinal);
        Assert.Contains("No credential that is in use ends soon.", page, StringComparison.Ordinal);
        Assert.Empty(Unbalanced(page));
    }

    [Fact]
    public void The_JSON_of_findings_has_each_with_its_id_and_command()
    {
        using var json = JsonDocument.Parse(Json(Review, TenantReport.WriteFindingsJson));
        var findings = json.RootElement.GetProperty("findings").EnumerateArray().ToList();

        Assert.Equal("wid-review/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal(Review.Findings.Select(finding => finding.Id), findings.Select(finding => finding.GetProperty("id").GetString()));
        Assert.Equal(
            Review.Findings.Select(finding => finding.Command), findings.Select(finding => finding.GetProperty("command").GetString()));
        Assert.Equal("critical", findings[0].GetProperty("severity").GetString());
        Assert.Contains(
            json.RootElement.GetProperty("sections").EnumerateArray(), section => section.GetProperty("state").GetString() == "missing");
    }

    [Fact]
    public void The_JSON_of_the_inventory_keeps_names_as_they_are_and_unknown_as_null()
    {
        using var json = JsonDocument.Parse(Json(Review, TenantReport.WriteInventoryJson));
        var identities = json.RootElement.GetProperty("identities").EnumerateArray().ToList();

        Assert.Equal(Review.Inventory.Identities.Select(identity => identity.DisplayName), identities.Select(Name));
        var unknown = identities.Single(identity => Name(identity) == "hr-feed");
        Assert.All(["owners", "lastSignIn", "createdOn", "audience", "revocableAtOnce"], name =>
            Assert.Equal(JsonValueKind.Null, unknown.GetProperty(name).ValueKind));
        Assert.Equal("tenant", identities.Single(identity => Name(identity) == "backup").GetProperty("power").GetString());

        static string? Name(JsonElement identity) => identity.GetProperty("name").GetString();
    }

    public static string Html(TenantReview review)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        TenantReport.WriteHtml(review, writer);
        return writer.ToString();
    }

    public static string Csv(TenantReview review)
    {
        using var writer = new StringWriter();
        TenantReport.WriteInventoryCsv(review, writer);
        return writer.ToString();
    }

    private static string Json(TenantReview review, Action<TenantReview, Stream> write)
    {
        using var stream = new MemoryStream();
        write(review, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The texts of these properties as a reader of the JSON gets them: the writer escapes what a terminal could act on.</summary>
    private static string Texts(string json, params string[] names)
    {
        using var document = JsonDocument.Parse(json);
        var texts = Of(document.RootElement).ToList();
        Assert.NotEmpty(texts);
        return string.Join('\n', texts);

        IEnumerable<string> Of(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Of),
            JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
                property.Value.ValueKind == JsonValueKind.String && names.Contains(property.Name)
                    ? [property.Value.GetString()!]
                    : Of(property.Value)),
            _ => [],
        };
    }

    private static TenantInventory Renamed(TenantInventory inventory, Func<string, string> name) => inventory with
    {
        Identities = [.. inventory.Identities.Select(identity => identity with
        {
            DisplayName = name(identity.DisplayName),
            Notes = null,
            Owners = identity.Owners is null ? null : [.. identity.Owners.Select(owner => owner with { DisplayName = name("") })],
        })],
    };

    private static IEnumerable<string> Tags(string page) => Tag().Matches(page).Select(match => match.Groups[1].Value);

    /// <summary>The tags that are not closed in order. A page without scripts has no other reason for a sign of less than.</summary>
    private static List<string> Unbalanced(string page)
    {
        string[] alone = ["!DOCTYPE", "meta", "br", "line", "circle", "rect"];
        var open = new Stack<string>();
        var wrong = new List<string>();
        foreach (var tag in Tags(Style().Replace(page, "<style></style>")).Where(tag => !alone.Contains(tag)))
        {
            if (!tag.StartsWith('/'))
            {
                open.Push(tag);
            }
            else if (!open.TryPop(out var last) || last != tag[1..])
            {
                wrong.Add(tag);
            }
        }

        return [.. wrong, .. open];
    }

    [GeneratedRegex(@"<(/?[!a-zA-Z][a-zA-Z0-9]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"<style>(.*?)</style>", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Style();

    [GeneratedRegex(@"href=""([^""]*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Links();

    /// <summary>Values that the encoder wrote hold no quotes, so an attribute in one is only text.</summary>
    [GeneratedRegex(@"&[a-z#x0-9A-F]+;[^<""]*", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
