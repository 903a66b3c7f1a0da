using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Identity.Abstractions;
using Microsoft.Identity.Web;

namespace MigrationGuide;

internal static class IdentityWebApplicationBefore
{
    public static void Register(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddMicrosoftIdentityWebApi(builder.Configuration.GetSection("AzureAd"))
            .EnableTokenAcquisitionToCallDownstreamApi()
            .AddInMemoryTokenCaches();
    }

    public static async Task<string[]?> OrdersAsync(IDownstreamApi downstreamApi)
    {
        return await downstreamApi.GetForAppAsync<string[]>("orders", options => options.RelativePath = "orders");
    }
}
