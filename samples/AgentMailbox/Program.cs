using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using WorkloadIdentity;
using WorkloadIdentity.Testing;

// An agent reads the mailbox of its own user account. The agent has no credentials: its blueprint's token stands for it.
await using var entra = await EntraEmulator.StartAsync();
var graph = entra.AddGraph();
var blueprint = entra.AddApplication();
var agent = entra.AddAgentIdentity(blueprint);
var account = agent.AddAgentUser("orders-agent@contoso.example")
    .AddMessage("Order 4711", "ann@fabrikam.example", "Twelve chairs, please.")
    .AddMessage("Where is order 4711?", "ann@fabrikam.example", "It is three weeks late.");

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, EnvironmentName = Environments.Development });
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.UseEntraEmulator(entra);

var secret = ClientSecretAuthentication.FromValue(blueprint.AddSecret());
var own = new ApplicationCredential(
    entra.Tenant.Id, blueprint.ClientId, secret, new ApplicationCredentialOptions { AuthorityHost = entra.AuthorityHost });
builder.Services.AddWorkloadIdentity()
    .UseFederation(
        entra.Tenant.Id, agent.ClientId, AssertionSource.FromAgentIdentityBlueprint(own), "api://AzureADTokenExchange");
builder.Services.AddHttpClient("mail", client => client.BaseAddress = new Uri(graph.Url, "v1.0/"))
    .AddAccessToken("https://graph.microsoft.com/.default");
using var host = builder.Build();
using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("mail");

AnsiConsole.MarkupLine("[bold]As its user, with the permission to read mail[/]");
using var asked = new HttpRequestMessage(HttpMethod.Get, "me/messages")
    .WithScope("https://graph.microsoft.com/Mail.Read").ForAgentUser(AgentUser.FromUserName(account.UserName));
using var answer = await client.SendAsync(asked);
var messages = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("value").EnumerateArray().ToList();
foreach (var message in messages)
{
    var sender = message.GetProperty("from").GetProperty("emailAddress").GetProperty("address").GetString();
    AnsiConsole.MarkupLineInterpolated($"  {sender,-22} {message.GetProperty("subject").GetString()}");
}

AnsiConsole.MarkupLine("\n[bold]As the agent itself[/]");
using var asItself = await client.GetAsync(new Uri("me/messages", UriKind.Relative));
AnsiConsole.MarkupLineInterpolated($"  [yellow]{(int)asItself.StatusCode}[/]: only the user may read mail");

AnsiConsole.MarkupLine("\n[bold]What Entra was asked[/]");
foreach (var request in entra.Journal.TokenRequests)
{
    AnsiConsole.MarkupLineInterpolated($"  {request.GrantType,-20} {request.Scope}");
}

return messages.Count == 2 && asItself.StatusCode == HttpStatusCode.Forbidden ? 0 : 1;
