using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Tests;

/// <summary>The code of README.md and docs/errors.md, compiled.</summary>
internal static class ReadmeSnippets
{
    public static async Task ServiceAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args);

        builder.Services.AddWorkloadIdentity();                                  // the identity this machine, pod or pipeline has
        builder.Services.AddHttpClient("graph", client => client.BaseAddress = new Uri("https://graph.microsoft.com/v1.0/"))
            .AddAccessToken("https://graph.microsoft.com/.default");

        var host = builder.Build();
        var graph = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("graph");
        Console.WriteLine(await graph.GetStringAsync("organization"));
    }

    public static async Task EmulatorAsync()
    {
        await using var entra = await EntraEmulator.StartAsync();     // WorkloadIdentity.Testing: a real server on loopback
    }

    public static async Task CatchAsync(ITokenAcquirer acquirer, Func<string, Task> disconnectAsync)
    {
        try
        {
            await acquirer.GetTokenAsync(new TokenRequest("https://graph.microsoft.com/.default"));
        }
        catch (TokenAcquisitionException e) when (e.Error.Category is TokenErrorCategory.Consent)
        {
            await disconnectAsync(e.Error.TenantId!);
        }
    }
}
