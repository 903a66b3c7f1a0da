using System.CommandLine;
using System.Text;
using WorkloadIdentity.Governance;

namespace WorkloadIdentity.Tool;

/// <summary><c>wid inventory</c>: every workload identity of a tenant, with its life in one row.</summary>
internal static class InventoryCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "Write every identity as JSON (schema wid-inventory/1)." };
        var csv = new Option<bool>("--csv") { Description = "Write a row for each identity, for a spreadsheet." };
        var html = new Option<string?>("--html")
        {
            Description = "Write the report to this file as a page: what breaks next, who can reach what, findings.",
            HelpName = "file",
        };
        var filter = new InventoryFilter();
        var graph = new GraphOptions();
        var command = new Command("inventory", "Lists the workload identities of the tenant: owner, age, last use, next end, reach.")
        {
            json, csv, html,
        };
        filter.AddTo(command);
        graph.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(json) is not null && result.GetResult(csv) is not null)
            {
                result.AddError("--json and --csv exclude each other. Use one of them.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var chosen = filter.Read(parsed);
            using var reading = graph.Read(parsed, surroundings);
            var inventory = await reading.InventoryAsync(cancellationToken).ConfigureAwait(false);
            var review = TenantReview.Of(inventory, surroundings.TimeProvider.GetUtcNow()).Only(chosen.Takes);
            if (review.Inventory.Identities.Count == 0)
            {
                Screen.Error(surroundings).Line($"wid:  {chosen.WhyNone(inventory)}");
            }

            if (parsed.GetValue(html) is { } page)
            {
                WritePage(page, review);
            }

            if (parsed.GetValue(json))
            {
                WriteJson(surroundings, stream => TenantReport.WriteInventoryJson(review, stream));
            }
            else if (parsed.GetValue(csv))
            {
                TenantReport.WriteInventoryCsv(review, surroundings.Out);
            }
            else
            {
                new InventoryText(Screen.Out(surroundings), isCut: !surroundings.IsOutRedirected).Write(review);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    public static void WritePage(string path, TenantReview review) => OutputFile.Write("--html", path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        TenantReport.WriteHtml(review, writer);
    });

    /// <summary>Writes JSON, which is ASCII, to standard output as it comes.</summary>
    public static void WriteJson(Surroundings surroundings, Action<Stream> write)
    {
        using var stream = new WriterStream(surroundings.Out);
        write(stream);
    }
}
