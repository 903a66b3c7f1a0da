using StackExchange.Redis;
using WorkloadIdentity;
using WorkloadIdentity.IntegrationTests;
using WorkloadIdentity.StackExchangeRedis;

namespace EveryCloudSample;

/// <summary>Redis. Azure's server checks the token; this machine's own is told which token is the current one.</summary>
internal sealed class RedisPlace : Place
{
    private const string User = "orders-api";

    public override string Name => "Redis";

    public override string? Missing => LocalRedis.Program is null ? LocalRedis.HowToInstall : null;

    public override async Task<(string Read, string Who)> ReadAsync(ITokenAcquirer acquirer)
    {
        await using var server = await LocalRedis.StartAsync();
        var token = await acquirer.GetTokenAsync(new TokenRequest(RedisTokenOptions.AzureRedisScope));
        await using (var administration = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}"))
        {
            var database = administration.GetDatabase();
            await database.StringSetAsync("order", "an order in a key");
            await database.ExecuteAsync("ACL", "SETUSER", User, "on", $">{token.Value}", "~*", "+get", "+acl|whoami", "+@connection");
        }

        var options = ConfigurationOptions.Parse($"127.0.0.1:{server.Port}");
        await options.UseWorkloadIdentityAsync(acquirer, login => login.User = User);
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var orders = redis.GetDatabase();
        return ($"{await orders.StringGetAsync("order")}", $"the user {await orders.ExecuteAsync("ACL", "WHOAMI")}");
    }
}
