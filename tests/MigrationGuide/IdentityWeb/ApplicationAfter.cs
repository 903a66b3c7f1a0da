using System.Net.Http.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Identity.Web;

namespace MigrationGuide;

internal static class IdentityWebApplicationAfter
{
    public static void Register(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddMicrosoftIdentityWebApi(builder.Configuration.GetSection("AzureAd"));

        builder.Services.AddWorkloadIdentity(builder.Configuration.GetSection("WorkloadIdentity"));
        builder.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://orders.contoso.com"))
            .AddAccessToken("api://orders/.default");
    }

    public static async Task<string[]?> OrdersAsync(IHttpClientFactory clients, CancellationToken cancellationToken)
    {
        return await clients.CreateClient("orders").GetFromJsonAsync<string[]>("orders", cancellationToken);
    }
}
