using Microsoft.Extensions.DependencyInjection;
using Refit;

namespace ConsumerRecipes;

internal interface IOrdersApi
{
    [Get("/orders/{id}")]
    Task<OrderView> GetAsync(int id);
}

internal sealed record OrderView(int Id, string Caller);

internal static class RefitClient
{
    public static void Register(IServiceCollection services, Uri address)
    {
        services.AddRefitGeneratedClient<IOrdersApi>()
            .ConfigureHttpClient(client => client.BaseAddress = address)
            .AddAccessToken("api://orders/.default");
    }
}
