using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ConsumerRecipes;

internal static class Proxy
{
    public static void Register(WebApplicationBuilder builder)
    {
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddAccessToken(cluster: "orders", scope: "api://orders/.default");
    }
}
