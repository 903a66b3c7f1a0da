using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Worker;
using WorkloadIdentity;

// A background worker with a managed identity, and no web stack. The cloud it runs in is two loopback ports.
using var cloud = new LocalCloud();
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);

// In the cloud this line is not there: the process's own environment says the same.
builder.Services.AddSingleton(WorkloadEnvironment.FromValues(cloud.Environment));

builder.Services.AddWorkloadIdentity().UseManagedIdentity();
builder.Services.AddHttpClient("orders", client => client.BaseAddress = cloud.OrdersAddress)
    .AddHttpMessageHandler(() => new ResilienceHandler())     // outside: each retry carries a living token
    .AddAccessToken("api://orders/.default", warmUp: true);
builder.Services.AddSingleton<OrdersWorker>();
builder.Services.AddHostedService(services => services.GetRequiredService<OrdersWorker>());

using var host = builder.Build();
var worker = host.Services.GetRequiredService<OrdersWorker>();
AnsiConsole.MarkupLine("[bold]Four orders, one managed identity[/] [grey](the cloud is two ports of this machine)[/]\n");
await host.RunAsync();

foreach (var line in cloud.Story)
{
    AnsiConsole.MarkupLine($"  {line}");
}

var isAllWell = worker.Succeeded == OrdersWorker.Rounds;
AnsiConsole.MarkupLine(isAllWell
    ? "\n[green]All four succeeded.[/] A stumbling API was retried, a rejected token was renewed once, and the worker noticed neither."
    : "\n[red]Not every order succeeded.[/]");
return isAllWell ? 0 : 1;
