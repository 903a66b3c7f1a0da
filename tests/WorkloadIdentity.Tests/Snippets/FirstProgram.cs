using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkloadIdentity.Tests;

/// <summary>The first program of README.md, of the package's readme and of docs/install.md, with all its using directives.</summary>
internal static class FirstProgram
{
    public static async Task RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);

        builder.Services.AddWorkloadIdentity();                       // the identity that this machine, pod or pipeline has
        builder.Services.AddHttpClient("graph", client => client.BaseAddress = new Uri("https://graph.microsoft.com/v1.0/"))
            .AddAccessToken("https://graph.microsoft.com/.default");

        using var host = builder.Build();
        var graph = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("graph");
        Console.WriteLine(await graph.GetStringAsync("organization"));
    }
}
