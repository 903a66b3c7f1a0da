using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using AzureSdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using WorkloadIdentity.Testing;

const string SecretName = "orders-database";
const string Claims = """{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}""";

// What stands in for the cloud: an Entra, and a vault that trusts it.
await using var entra = await EntraEmulator.StartAsync();
await using var vault = await SmallVault.StartAsync(entra, "orders");
vault.Keep(SecretName, "Host=db;Username=orders");

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, EnvironmentName = Environments.Development });
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.UseEntraEmulator(entra);

// The application. One identity, for Azure SDK clients and for plain HttpClient alike.
builder.Services.AddWorkloadIdentity()
    .UseSecret(entra.Application.TenantId, entra.Application.ClientId, entra.Application.AddSecret())
    .AddTokenCredential();
builder.Services.AddSingleton(services => new SecretClient(
    vault.Url,
    services.GetRequiredService<TokenCredential>(),
    new SecretClientOptions { Transport = new HttpClientTransport(vault.CreateNetwork()) }));
builder.Services.AddHttpClient("vault", client => client.BaseAddress = vault.Url)
    .AddAccessToken($"{SmallVault.Audience}/.default")
    .ConfigurePrimaryHttpMessageHandler(vault.CreateNetwork);
using var host = builder.Build();

var secrets = host.Services.GetRequiredService<SecretClient>();
var http = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("vault");

AnsiConsole.MarkupLineInterpolated(
    $"[bold]A local Entra[/] listens on {entra.AuthorityHost}\n[bold]A small vault[/] calls itself {vault.Url}\n");
var tour = new Tour(entra, vault);
await tour.StepAsync("SecretClient", "the vault named the tenant", 1, () => ReadWithClientAsync(secrets));
await tour.StepAsync("SecretClient again", "it keeps its token", 0, () => ReadWithClientAsync(secrets));
await tour.StepAsync("HttpClient", "SecretClient's token", 0, () => ReadWithHandlerAsync(http));

vault.Demand(Claims);
await tour.StepAsync("HttpClient, claims wanted", "one new token, one retry", 1, () => ReadWithHandlerAsync(http));
await tour.StepAsync("SecretClient, same claims", "HttpClient's new token", 0, () => ReadWithClientAsync(secrets));
return tour.Finish();

static async Task<string> ReadWithClientAsync(SecretClient secrets) => (await secrets.GetSecretAsync(SecretName)).Value.Value;

static async Task<string> ReadWithHandlerAsync(HttpClient http) =>
    System.Text.Json.JsonDocument.Parse(
        await http.GetStringAsync(new Uri($"secrets/{SecretName}?api-version=7.6", UriKind.Relative))).RootElement.GetProperty("value")
            .GetString()!;
