using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using WorkloadIdentity;
using WorkloadIdentity.StackExchangeRedis;

namespace ConsumerRecipes;

internal static class Redis
{
    public static async Task ConnectAsync(ITokenAcquirer acquirer)
    {
        var options = ConfigurationOptions.Parse("orders.westeurope.redis.azure.net:10000,ssl=true");
        await options.UseWorkloadIdentityAsync(acquirer);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
    }

    public static void Register(IServiceCollection services, ITokenAcquirer acquirer, ConfigurationOptions options)
    {
        services.AddStackExchangeRedisCache(cache => cache.ConnectionMultiplexerFactory = async () =>
            await ConnectionMultiplexer.ConnectAsync(await options.UseWorkloadIdentityAsync(acquirer)));
    }
}
