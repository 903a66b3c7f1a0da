using HostStart;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Starts a host, calls an API once, stops, and prints what the API answered.
var builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var client = builder.Services.AddHttpClient("orders", http => http.BaseAddress = LocalNetwork.Api)
    .ConfigurePrimaryHttpMessageHandler(() => new LocalNetwork());
OneClient.AddToken(builder.Services, client);
using var host = builder.Build();
await host.StartAsync();
using var http = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
Console.WriteLine(await http.GetStringAsync(new Uri("orders", UriKind.Relative)));
await host.StopAsync();
