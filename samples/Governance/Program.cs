using Spectre.Console;
using WorkloadIdentity;
using WorkloadIdentity.Governance;
using WorkloadIdentity.Testing;

// The workload identities of a tenant: read once, reviewed, and written as a page to look at. The tenant is a local one, made from a seed.
await using var entra = await EntraEmulator.StartAsync();
var graph = entra.AddGraph(new EmulatedGraphOptions { ServicePrincipals = 400, Seed = 7 });
foreach (var permission in EmulatedGraphOptions.ReadPermissions)
{
    entra.Application.AssignRole(graph, permission);
}

var secret = ClientSecretAuthentication.FromValue(entra.Application.AddSecret());
var credential = new ApplicationCredential(
    entra.Application.TenantId, entra.Application.ClientId, secret,
    new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });
using var acquirer = new TokenAcquirer(credential);
using var client = new GraphClient(
    acquirer, new GraphClientOptions { Endpoint = graph.Url, Scope = "https://graph.microsoft.com/.default" });

AnsiConsole.MarkupLine("[bold]Reading the tenant[/]");
var inventory = await new InventoryReader(client).ReadAsync();
var review = TenantReview.Of(inventory, TimeProvider.System.GetUtcNow());
AnsiConsole.MarkupLineInterpolated($"  {inventory.Identities.Count} identities with {inventory.Requests} requests\n");

AnsiConsole.MarkupLine("[bold]What is wrong, the greatest harm first[/]");
foreach (var rule in review.Findings.GroupBy(finding => finding.Rule))
{
    var worst = rule.First();
    var colour = worst.Severity >= FindingSeverity.High ? "red" : worst.Severity == FindingSeverity.Medium ? "yellow" : "grey";
    var counts = string.Join(
        ", ", rule.GroupBy(finding => finding.Severity).Select(group => $"{group.Count()} {group.Key.ToString().ToLowerInvariant()}"));
    AnsiConsole.Markup($"  [{colour}]{worst.Severity,-8}[/] ");
    AnsiConsole.MarkupLineInterpolated($"{rule.Key.Title} ({counts})");
}

var report = Path.Combine(args.Length > 0 ? args[0] : AppContext.BaseDirectory, "report.html");
await using (var writer = new StreamWriter(report))
{
    TenantReport.WriteHtml(review, writer);
}

AnsiConsole.MarkupLineInterpolated($"\nOpen it in a browser: {new Uri(report).AbsoluteUri}");
return inventory.Sections.All(section => section.State == SectionState.Complete) && review.Findings.Count > 0 ? 0 : 1;
