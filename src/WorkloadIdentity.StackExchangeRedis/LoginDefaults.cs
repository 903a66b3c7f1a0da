using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace WorkloadIdentity.StackExchangeRedis;

/// <summary>The defaults of StackExchange.Redis for any other server, with the login.</summary>
internal sealed class LoginDefaults(RedisLogin login) : DefaultOptionsProvider
{
    public override string? User => login.User;

    public override string? Password => login.Password;

    public override async Task AfterConnectAsync(ConnectionMultiplexer multiplexer, Action<string> log)
    {
        await base.AfterConnectAsync(multiplexer, log).ConfigureAwait(false);
        login.Watch(multiplexer);
    }
}
