using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkloadIdentity;

namespace MigrationGuide;

/// <summary>What becomes of calls that Microsoft.Identity.Web makes for a program. The "before" stands in the page alone.</summary>
internal static class IdentityWebAfter
{
    public static void Register(IHostApplicationBuilder builder)
    {
        builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");
    }

    public static async Task<string[]?> ForTheApplicationAsync(IHttpClientFactory clients, CancellationToken cancellationToken) =>
        await clients.CreateClient("orders").GetFromJsonAsync<string[]>("orders", cancellationToken);

    public static async Task<string[]?> ForTheUserAsync(
        IHttpClientFactory clients, string incomingToken, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "orders").OnBehalfOf(incomingToken);
        using var response = await clients.CreateClient("orders").SendAsync(request, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<string[]>(cancellationToken);
    }
}
