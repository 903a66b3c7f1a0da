using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class Handler
{
    public static HttpMessageHandler ForOrders(ITokenAcquirer acquirer)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { new Uri("https://orders.example") } };
        var handler = new AccessTokenHandler(acquirer, new TokenRequest("api://orders/.default"), options)
        {
            InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false },
        };
        return handler;
    }
}

internal static class Graph
{
    public static void Register(IServiceCollection services)
    {
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default");
    }
}
