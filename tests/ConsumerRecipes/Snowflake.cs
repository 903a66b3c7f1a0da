using Microsoft.Extensions.DependencyInjection;

namespace ConsumerRecipes;

internal static class Snowflake
{
    public static void Register(IServiceCollection services)
    {
        services.AddHttpClient("snowflake", client =>
        {
            client.BaseAddress = new Uri("https://contoso-orders.snowflakecomputing.com");
            client.DefaultRequestHeaders.Add("X-Snowflake-Authorization-Token-Type", "OAUTH");
        }).AddAccessToken("api://snowflake/.default");
    }
}
