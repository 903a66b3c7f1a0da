using Microsoft.Extensions.DependencyInjection;
using Microsoft.Graph;

namespace ConsumerRecipes;

internal static class Graph
{
    public static void Register(IServiceCollection services)
    {
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default");
        services.AddTransient(provider =>
            new GraphServiceClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient("graph")));
    }
}
