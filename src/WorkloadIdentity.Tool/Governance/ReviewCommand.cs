using System.CommandLine;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid review</c>: what is wrong with the workload identities of a tenant, the greatest harm first.</summary>
internal static class ReviewCommand
{
    private const string Never = "none";

    public static Command Create(Surroundings surroundings)
    {
        var threshold = new Option<string>("--fail-on")
        {
            Description = $"End with exit code {ExitCodes.Found} if a finding is as bad as this or worse.",
            DefaultValueFactory = _ => "high",
            HelpName = "critical|high|medium|low|none",
        };
        threshold.AcceptOnlyFromAmong("critical", "high", "medium", "low", Never);
        var all = new Option<bool>("--all") { Description = $"Show every finding. [default: {ReviewText.MostOfRule} of each rule]" };
        var json = new Option<bool>("--json") { Description = "Write every finding as JSON (schema wid-review/1)." };
        var sarif = new Option<string?>("--sarif")
        {
            Description = "Write the findings to this file as SARIF 2.1.0, for code scanning.",
            HelpName = "file",
        };
        var html = new Option<string?>("--html") { Description = "Write the report to this file as a page.", HelpName = "file" };
        var graph = new GraphOptions();
        var command = new Command(
            "review", "Says which workload identities of the tenant are in danger, and what to run. It changes nothing.")
        {
            threshold, all, json, sarif, html,
        };
        graph.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var reading = graph.Read(parsed, surroundings);
            var inventory = await reading.InventoryAsync(cancellationToken).ConfigureAwait(false);
            var review = TenantReview.Of(inventory, surroundings.TimeProvider.GetUtcNow());
            if (parsed.GetValue(sarif) is { } file)
            {
                OutputFile.Write("--sarif", file, stream => TenantReport.WriteSarif(review, stream));
            }

            if (parsed.GetValue(html) is { } page)
            {
                InventoryCommand.WritePage(page, review);
            }

            if (parsed.GetValue(json))
            {
                InventoryCommand.WriteJson(surroundings, stream => TenantReport.WriteFindingsJson(review, stream));
            }
            else
            {
                new ReviewText(Screen.Out(surroundings)).Write(review, parsed.GetValue(all));
            }

            return ExitCode(review, parsed.GetValue(threshold)!);
        });
        return command;
    }

    private static int ExitCode(TenantReview review, string threshold) =>
        threshold != Never && review.Findings.Any(finding => finding.Severity >= Enum.Parse<FindingSeverity>(threshold, ignoreCase: true))
            ? ExitCodes.Found
            : ExitCodes.Ok;
}
