using System.Net;
using System.Net.Http.Headers;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Spectre.Console;
using WebApi;
using WorkloadIdentity.Testing;

// A user calls a web API, which calls another on the user's behalf. Entra and the other API are local; so is the user.
await using var entra = await EntraEmulator.StartAsync();
await using var app = Shop.Build(entra);
await app.StartAsync();

var lines = new MetricLines();
var traces = new List<System.Diagnostics.Activity>();
using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter("WorkloadIdentity").AddReader(new BaseExportingMetricReader(lines)).Build();
using var tracing = Sdk.CreateTracerProviderBuilder().AddSource("WorkloadIdentity").AddInMemory(traces).Build();

using var caller = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
var alice = entra.Application.IssueUserToken("alice@contoso.example");
var bob = entra.Application.IssueUserToken("bob@contoso.example");
var isWell = true;

AnsiConsole.MarkupLine("[bold]On behalf of the user[/]");
await CallAsync("nobody", null, HttpStatusCode.Unauthorized);
await CallAsync("alice", alice, HttpStatusCode.OK);
await CallAsync("alice, again", alice, HttpStatusCode.OK);
await CallAsync("bob", bob, HttpStatusCode.OK);

entra.Faults.TokenEndpoint.Next(
    Fault.Refusal(50076, "interaction_required", claims: """{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"""));
await CallAsync("carol, who needs a second factor", entra.Application.IssueUserToken("carol@contoso.example"), HttpStatusCode.Unauthorized);
await CallAsync("a forged token", alice[..^8] + "AAAAAAAA", HttpStatusCode.Unauthorized);
AnsiConsole.MarkupLineInterpolated($"  [grey]{entra.Journal.TokenRequests.Count} token requests in all: alice's second call cost none[/]");

using (var ready = await caller.GetAsync("/ready"))
{
    AnsiConsole.MarkupLineInterpolated(
        $"\n[bold]/ready[/] says [green]{await ready.Content.ReadAsStringAsync()}[/] [grey](a user's refusal is not the service's)[/]");
    isWell &= ready.IsSuccessStatusCode;
}

metrics.ForceFlush();
AnsiConsole.MarkupLine("\n[bold]What an operator sees[/] [grey](OpenTelemetry, meter and source \"WorkloadIdentity\")[/]");
foreach (var (series, value) in lines.Series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
{
    var name = series.Split(' ', 2);
    AnsiConsole.MarkupLineInterpolated($"  {name[0]} [blue]{value}[/]\n    [grey]{name[1]}[/]");
}

AnsiConsole.MarkupLineInterpolated($"  {traces.Count(activity => activity.DisplayName == "token.acquire")} traces of acquisitions");
isWell &= !lines.Series.IsEmpty && traces.Count > 0;
await app.StopAsync();
AnsiConsole.MarkupLine(isWell ? "\n[green]All of it went as it should.[/]" : "\n[red]Something did not go as it should.[/]");
return isWell ? 0 : 1;

async Task CallAsync(string who, string? token, HttpStatusCode expected)
{
    using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
    request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    using var response = await caller.SendAsync(request);
    isWell &= response.StatusCode == expected;
    var challenge = response.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values) ? values.ToString() : "";
    AnsiConsole.MarkupLineInterpolated(
        $"  {who,-34} [{(response.IsSuccessStatusCode ? "green" : "yellow")}]{(int)response.StatusCode}[/] [grey]{(challenge.Length > 36
            ? challenge[..36] + "…"
            : challenge)}[/]");
}
