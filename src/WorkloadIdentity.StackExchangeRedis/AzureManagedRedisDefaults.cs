using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>The defaults of StackExchange.Redis for Azure Managed Redis, with the login.</summary>
internal sealed class AzureManagedRedisDefaults(RedisLogin login) : AzureManagedRedisOptionsProvider
{
    public override string? User => login.User;

    public override string? Password => login.Password;

    public override async Task AfterConnectAsync(ConnectionMultiplexer multiplexer, Action<string> log)
    {
        await base.AfterConnectAsync(multiplexer, log).ConfigureAwait(false);
        login.Watch(multiplexer);
    }
}
