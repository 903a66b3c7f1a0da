using System.Text.Json;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tests;

public sealed class SarifReportTests
{
    private static readonly TenantReview Review = TenantReview.Of(ReportTenant.Create(), SampleTenant.Now);

    [Fact]
    public void Every_result_refers_to_its_rule_and_has_a_level_a_location_and_a_fingerprint()
    {
        using var sarif = Sarif(Review);
        var run = sarif.RootElement.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()
            .Select(rule => rule.GetProperty("id").GetString()).ToList();
        var results = run.GetProperty("results").EnumerateArray().ToList();

        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        Assert.Equal(Review.Findings.Count, results.Count);
        Assert.All(results, result =>
        {
            Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()]);
            Assert.Contains(result.GetProperty("level").GetString(), (string?[])["error", "warning", "note"]);
            var uri = result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri");
            Assert.True(Uri.IsWellFormedUriString(uri.GetString(), UriKind.Relative), uri.GetString());
        });
        var prints = results.Select(result =>
            result.GetProperty("partialFingerprints").GetProperty("workloadIdentityFinding/v1").GetString());
        Assert.Equal(results.Count, prints.Distinct().Count());
    }

    [Fact]
    public void A_name_is_no_link_in_a_message_and_a_command_stays_as_it_is()
    {
        var review = TenantReview.Of(
            SampleTenant.Of(
                SampleTenant.Application(name: "[Mend it here](https://evil.example)") with
                {
                    AppRoles = [SampleTenant.AppRole("Application.ReadWrite.All")],
                }),
            SampleTenant.Now);

        using var sarif = Sarif(review);
        var texts = sarif.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .Select(result => result.GetProperty("message").GetProperty("text").GetString()!).ToList();

        Assert.All(texts, text => Assert.DoesNotContain("](", text, StringComparison.Ordinal));
        Assert.StartsWith("[Mend it here] (https://evil.example)", texts[0], StringComparison.Ordinal);
        Assert.EndsWith($"Mend it with: {review.Findings[0].Command}", texts[0], StringComparison.Ordinal);
    }

    [Fact]
    public void More_results_than_code_scanning_takes_are_cut_at_the_least_harm_and_that_is_said()
    {
        var review = TenantReview.Of(
            SampleTenant.Of(
            [
                .. Enumerable.Range(1, SarifReport.MostResults + 5).Select(i => SampleTenant.Application(i) with { Owners = [] }),
                SampleTenant.Application(99_999) with { AppRoles = [SampleTenant.AppRole("Application.ReadWrite.All")] },
            ]),
            SampleTenant.Now);

        using var sarif = Sarif(review);
        var run = sarif.RootElement.GetProperty("runs")[0];

        Assert.Equal(SarifReport.MostResults, run.GetProperty("results").GetArrayLength());
        Assert.Equal("tenant-power", run.GetProperty("results")[0].GetProperty("ruleId").GetString());
        var note = run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications")[0].GetProperty("message");
        Assert.StartsWith("6 findings", note.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Parsed where it was written: the largest of these reports has 25,000 results, and a copy as text twice its bytes.</summary>
    private static JsonDocument Sarif(TenantReview review)
    {
        using var stream = new MemoryStream();
        TenantReport.WriteSarif(review, stream);
        return JsonDocument.Parse(stream.GetBuffer().AsMemory(0, (int)stream.Length));
    }
}
