using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MigrationGuide;

internal static class ClientAfter
{
    public static void Register(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity();
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");
    }

    public static void RegisterOnALaptop(HostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity().AddDeveloperCredentials(builder.Environment);
    }
}
