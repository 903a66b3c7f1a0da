using StackExchange.Redis;
using StackExchange.Redis.Configuration;
using WorkloadIdentity;

namespace ConsumerRecipes;

internal sealed class RedisLogin(ITokenAcquirer acquirer, string principalObjectId) : DefaultOptionsProvider
{
    private static readonly TokenRequest Request = new("https://redis.azure.com/.default");

    private volatile AccessToken? _token;

    public override string? User => principalObjectId;

    // Read whenever a connection is made, on a thread that must not wait: it is what was got last.
    public override string? Password => _token?.Value;

    // For Azure: new ConfigurationOptions { EndPoints = { "<name>.redis.azure.net:10000" }, Ssl = true }
    public async Task<ConnectionMultiplexer> ConnectAsync(ConfigurationOptions options, CancellationToken cancellationToken)
    {
        _token = await acquirer.GetTokenAsync(Request, cancellationToken);
        options.Defaults = this;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    // For as long as the multiplexer lives: the server drops a connection whose token ends, unless a newer one was shown on it.
    public async Task KeepLoggedInAsync(ConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), TimeProvider.System);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                var token = await acquirer.GetTokenAsync(Request, cancellationToken);
                if (token.Value == _token?.Value)
                {
                    continue;
                }

                foreach (var server in redis.GetServers().Where(server => server.IsConnected))
                {
                    await server.ExecuteAsync("AUTH", principalObjectId, token.Value);
                }

                _token = token;
            }
            catch (Exception exception) when (exception is TokenAcquisitionException or RedisException)
            {
                // The next round tries again; the token in use lives for minutes yet.
            }
        }
    }
}
