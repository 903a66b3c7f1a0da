using System.Net.Http.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using WorkloadIdentity;

namespace MigrationGuide;

internal static class IdentityWebUserAfter
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/orders", async (HttpContext context, IHttpClientFactory clients) =>
        {
            var incomingToken = await context.GetTokenAsync("access_token") ?? throw new InvalidOperationException("Nobody is signed in.");
            using var request = new HttpRequestMessage(HttpMethod.Get, "orders").OnBehalfOf(incomingToken);
            using var response = await clients.CreateClient("orders").SendAsync(request, context.RequestAborted);
            return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<string[]>(context.RequestAborted);
        })
        .RequireAuthorization();
    }
}
