using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MultiTenant;
using Spectre.Console;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

// One application in the tenants of its customers: one client, a token for each tenant, and a customer who changes their mind.
const int Tenants = 20_000;
await using var entra = await EntraEmulator.StartAsync();
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, EnvironmentName = Environments.Development });
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.UseEntraEmulator(entra);

var product = entra.AddApplication();
builder.Services.AddWorkloadIdentity("customers")
    .UseMultiTenantApplication(product.ClientId, ClientSecretAuthentication.FromValue(product.AddSecret()))
    .Configure(options => options.Acquirer.Capacity = 100_000);
builder.Services.AddHttpClient("customers", client => client.BaseAddress = entra.Api.Url)
    .AddAccessToken(entra.Api.Scope, options => options.RequireTenant = true, identity: "customers");
var factory = new TokenFactory(TimeProvider.System);
builder.Services.AddWorkloadIdentity("many").UseCredential(_ => factory).Configure(options => options.Acquirer.Capacity = 100_000);
using var host = builder.Build();

var isWell = await ManyAsync(host.Services.GetRequiredKeyedService<ITokenAcquirer>("many"))
    & await CustomersAsync(host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("customers"));
AnsiConsole.MarkupLine(isWell ? "\n[green]All of it went as it should.[/]" : "\n[red]Something did not go as it should.[/]");
return isWell ? 0 : 1;

async Task<bool> ManyAsync(ITokenAcquirer acquirer)
{
    AnsiConsole.MarkupLineInterpolated($"[bold]{Tenants:N0} tenants, one cache[/]");
    TokenRequest[] requests =
        [.. Enumerable.Range(0, Tenants)
            .Select(_ => new TokenRequest("https://graph.microsoft.com/.default").ForTenant(Guid.NewGuid().ToString("D")))];
    var before = GC.GetTotalMemory(forceFullCollection: true);
    var started = TimeProvider.System.GetTimestamp();
    await Task.WhenAll(requests.Select(request => acquirer.GetTokenAsync(request).AsTask()));
    var filled = TimeProvider.System.GetElapsedTime(started);
    var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Tenants;

    started = TimeProvider.System.GetTimestamp();
    var isOwn = true;
    foreach (var request in requests)
    {
        isOwn &= (await acquirer.GetTokenAsync(request)).Value.StartsWith(request.TenantId!, StringComparison.Ordinal);
    }

    var hit = TimeProvider.System.GetElapsedTime(started).TotalNanoseconds / Tenants;
    AnsiConsole.MarkupLineInterpolated(
        $"  filled in {filled.TotalMilliseconds:0} ms · {factory.Issued:N0} token requests · {bytes:N0} bytes each, token included");
    AnsiConsole.MarkupLineInterpolated($"  asked again: {hit:0} ns each, every tenant its own token: {(isOwn ? "yes" : "NO")}\n");
    return isOwn && factory.Issued == Tenants;
}

async Task<bool> CustomersAsync(HttpClient client)
{
    AnsiConsole.MarkupLine("[bold]Three customers, one client[/]");
    EmulatedTenant[] customers =
        [entra.AddTenant(domains: "contoso.example"), entra.AddTenant(domains: "fabrikam.example"), entra.AddTenant(
            domains: "tailspin.example")];
    product.AddToTenant(customers[0]).AddToTenant(customers[1]);
    var outcomes = new List<string>();
    foreach (var customer in customers)
    {
        outcomes.Add(await VisitAsync(client, customer));
    }

    // An administrator of the second one withdraws consent. Its token still lives here; the API demands a newer one, and Entra refuses
    // that.
    entra.Faults.Api.Next(Fault.ClaimsChallenge("""{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"""));
    entra.Faults.TokenEndpoint.Next(Fault.Refusal(65001));
    outcomes.Add(await VisitAsync(client, customers[1]));

    try
    {
        using var response = await client.GetAsync(entra.Api.Url);
        outcomes.Add("answered");
    }
    catch (TokenAcquisitionException exception) when (exception.Error.Kind is TokenErrorKind.NotAllowed)
    {
        AnsiConsole.MarkupLine("  [grey]no tenant named[/]     [yellow]not sent[/]: a forgotten tenant must not mean one's own");
        outcomes.Add("refused");
    }

    return outcomes is ["OK", "OK", "disconnected", "disconnected", "refused"];
}

async Task<string> VisitAsync(HttpClient client, EmulatedTenant customer)
{
    var name = customer.Domains[0];
    try
    {
        using var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, entra.Api.Url).ForTenant(customer.Id));
        AnsiConsole.MarkupLineInterpolated(
            $"  {name,-18}  [{(response.StatusCode == HttpStatusCode.OK ? "green" : "yellow")}]{(int)response.StatusCode}[/]");
        return response.StatusCode.ToString();
    }
    catch (TokenAcquisitionException exception)
        when (exception.Error.Category is TokenErrorCategory.Consent or TokenErrorCategory.AppNotFound)
    {
        // Where a product would mark the customer as disconnected and send them the link to connect again.
        AnsiConsole.MarkupLineInterpolated(
            $"  {name,-18}  [yellow]disconnected[/]: {exception.Error.Category}, AADSTS{exception.Error.EntraErrorCodes[0]}");
        return "disconnected";
    }
}
