using Microsoft.Extensions.DependencyInjection;
using Microsoft.Graph;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class Graph
{
    public static GraphServiceClient Client(ITokenAcquirer acquirer, HttpMessageHandler? network = null)
    {
        var token = new AccessTokenHandler(acquirer, new TokenRequest("https://graph.microsoft.com/.default"));
        return new GraphServiceClient(
            GraphClientFactory.Create([.. GraphClientFactory.CreateDefaultHandlers(), token], finalHandler: network));
    }

    public static HttpClientRequestAdapter Adapter(ITokenAcquirer acquirer, Uri orders)
    {
        var token = new AccessTokenHandler(
            acquirer, new TokenRequest("api://orders/.default"), new AccessTokenHandlerOptions { AllowedOrigins = { orders } });
        var client = KiotaClientFactory.Create([.. KiotaClientFactory.CreateDefaultHandlers(), token]);
        return new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: client);
    }

    public static void Register(IServiceCollection services)
    {
        services.AddHttpClient("graph").AddAccessToken("https://graph.microsoft.com/.default");
        services.AddTransient(provider =>
            new GraphServiceClient(provider.GetRequiredService<IHttpClientFactory>().CreateClient("graph")));
    }
}
