using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity;

namespace Quickstart;

/// <summary>The program as it runs for real: an identity from the settings, a scope, an API.</summary>
internal static class RealEntra
{
    public static async Task<int> RunAsync(HostApplicationBuilder builder, IConfigurationSection settings)
    {
        var scope = builder.Configuration["Quickstart:Scope"]!;
        var url = new Uri(builder.Configuration["Quickstart:Url"]!);
        if (settings.Exists())
        {
            builder.Services.AddWorkloadIdentity(settings);
        }
        else
        {
            builder.Services.AddWorkloadIdentity();
        }

        builder.Services.AddHttpClient(Row.ClientName("")).AddAccessToken(scope);
        using var host = builder.Build();
        await host.StartAsync();
        try
        {
            var row = await Row.FillAsync(host.Services, "", scope, url, () => "Entra or a host");
            Console.WriteLine(Row.Titles);
            Console.WriteLine(row);
            return 0;
        }
        catch (TokenAcquisitionException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        finally
        {
            await host.StopAsync();
        }
    }
}
