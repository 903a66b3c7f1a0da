using Microsoft.Extensions.DependencyInjection;
using PackageConsumer;

var services = new ServiceCollection();
services.AddWorkloadIdentity().UseCredential(_ => new VaultCredential());
services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
    .AddAccessToken("api://orders/.default")
    .ConfigurePrimaryHttpMessageHandler(() => new OrdersApi());

await using var provider = services.BuildServiceProvider();
using var orders = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

Console.WriteLine(await orders.GetStringAsync("/orders/42"));
