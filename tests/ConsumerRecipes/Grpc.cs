using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal static class GrpcClient
{
    // The handler gets a new token when the service rejects one; what gRPC sends it cannot send twice, and gRPC can.
    private static ServiceConfig OnceMoreWithANewToken => new()
    {
        MethodConfigs =
        {
            new MethodConfig
            {
                Names = { MethodName.Default },
                RetryPolicy = new RetryPolicy
                {
                    MaxAttempts = 2,
                    InitialBackoff = TimeSpan.FromMilliseconds(1),
                    MaxBackoff = TimeSpan.FromMilliseconds(1),
                    BackoffMultiplier = 1,
                    RetryableStatusCodes = { StatusCode.Unauthenticated },
                },
            },
        },
    };

    public static GrpcChannel Channel(ITokenAcquirer acquirer, Uri address)
    {
        var options = new AccessTokenHandlerOptions { AllowedOrigins = { address } };
        var handler = new AccessTokenHandler(acquirer, new TokenRequest("api://orders/.default"), options)
        {
            InnerHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false },
        };
        return GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            ServiceConfig = OnceMoreWithANewToken,
        });
    }

    public static void Register(IServiceCollection services, Uri address)
    {
        services.AddGrpcClient<Orders.OrdersClient>(options => options.Address = address)
            .ConfigureChannel(channel => channel.ServiceConfig = OnceMoreWithANewToken)
            .AddAccessToken("api://orders/.default", options => options.AllowedOrigins.Add(address));
    }
}
