using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

internal static class IdentityWebWorkerAfter
{
    public static async Task<string> OrdersAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");

        using var host = builder.Build();
        return await host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders").GetStringAsync("orders");
    }
}
