using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;
using WorkloadIdentity.Grpc;

namespace ConsumerRecipes;

internal static class GrpcClient
{
    public static void Register(IServiceCollection services)
    {
        services.AddGrpcClient<Orders.OrdersClient>(options => options.Address = new Uri("https://orders.contoso.com"))
            .AddGrpcAccessToken("api://orders/.default");
    }

    public static void RegisterBalanced(IServiceCollection services)
    {
        services.AddGrpcClient<Orders.OrdersClient>(options => options.Address = new Uri("dns:///orders.contoso.com"))
            .ConfigureChannel(channel => channel.Credentials = ChannelCredentials.SecureSsl)
            .AddGrpcAccessToken("api://orders/.default");
    }

    public static Orders.OrdersClient OfChannel(ITokenAcquirer acquirer, GrpcChannel channel)
    {
        var tokens = new AccessTokenInterceptor(acquirer, new TokenRequest("api://orders/.default"));
        return new Orders.OrdersClient(channel.Intercept(tokens));
    }
}
