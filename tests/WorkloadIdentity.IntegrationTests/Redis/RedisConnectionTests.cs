using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// A token store over the cache that applications have, with a connection of its own, and over a Redis that was set up wrong.
/// </summary>
public sealed class RedisConnectionTests
{
    // The client reports after half a second; the store gives up long before.
    private const string Impatient = "connectTimeout=500,syncTimeout=500,asyncTimeout=500,connectRetry=1";

    private static readonly TokenRequest Request = new("api://orders/.default");
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    [RedisFact]
    public async Task Processes_share_through_it()
    {
        await using var fleet = await RedisFleet.StartAsync();
        using var cache = Cache($"127.0.0.1:{fleet.Redis.Port}");
        var token = await fleet.Join(cache).GetTokenAsync(Request);

        Assert.Equal(token.Value, (await fleet.Join(cache).GetTokenAsync(Request)).Value);
        Assert.Equal(1, fleet.TokenRequests);
    }

    [RedisFact]
    public async Task A_wrong_password_reaches_the_log()
    {
        await using var fleet = await RedisFleet.StartAsync();
        using var administration = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{fleet.Redis.Port},allowAdmin=true");
        await administration.GetDatabase().ExecuteAsync("CONFIG", "SET", "requirepass", "the-password");

        await CauseIsLoggedAsync(fleet, $"127.0.0.1:{fleet.Redis.Port},password=canary,{Impatient}", "AuthenticationFailure");
    }

    /// <summary>
    /// With the client's own limits: it says after some 15 seconds that the connection broke, and nothing of TLS. How it broke depends on
    /// which side notices first (SocketFailure or OperationAborted). With shorter limits it reports a timeout alone.
    /// </summary>
    [RedisFact]
    public async Task A_server_without_TLS_reaches_the_log()
    {
        await using var fleet = await RedisFleet.StartAsync();

        await CauseIsLoggedAsync(fleet, $"127.0.0.1:{fleet.Redis.Port},ssl=true", "RedisConnectionException");
    }

    [RedisFact]
    public async Task A_refused_connection_reaches_the_log()
    {
        await using var fleet = await RedisFleet.StartAsync();
        await fleet.Redis.KillAsync();

        await CauseIsLoggedAsync(fleet, $"127.0.0.1:{fleet.Redis.Port},{Impatient}", "UnableToConnect");
    }

    [RedisFact]
    public async Task A_name_that_nobody_has_reaches_the_log()
    {
        await using var fleet = await RedisFleet.StartAsync();

        await CauseIsLoggedAsync(fleet, $"canary.invalid:6379,{Impatient}", "UnableToConnect");
    }

    /// <summary>
    /// The client sets a value and its expiry with two commands. Where the second is not allowed, the first has been carried out all the
    /// same.
    /// </summary>
    [RedisFact]
    public async Task A_user_who_may_not_set_an_expiry_leaves_nothing_that_delays_a_later_start()
    {
        await using var fleet = await RedisFleet.StartAsync();
        using var administration = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{fleet.Redis.Port},allowAdmin=true");
        var database = administration.GetDatabase();
        await database.ExecuteAsync("ACL", "SETUSER", "orders", "on", ">password", "~*", "+@all", "-expire", "-pexpire");
        using var cache = Cache($"127.0.0.1:{fleet.Redis.Port},user=orders,password=password");

        await fleet.Join(cache).GetTokenAsync(Request);

        await fleet.UntilLoggedAsync(500, "NOPERM");
        var names =
            ((string[])(await database.ExecuteAsync("KEYS", "wi1:*"))!).Where(name => !name.Contains("probe", StringComparison.Ordinal))
                .ToList();
        var note = Assert.Single(names, name => name.EndsWith(":lease", StringComparison.Ordinal));
        Assert.Null(await database.KeyTimeToLiveAsync(note));

        // A new process, later, that finds the note and no token. Its pauses are stretched to minutes: it must make none.
        await database.KeyDeleteAsync(names.Where(name => name != note).Select(name => (RedisKey)name).ToArray());
        fleet.Clock.Jump(TimeSpan.FromSeconds(2));
        await fleet.Join(cache).GetTokenAsync(Request).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);

        Assert.Equal(2, fleet.TokenRequests);
    }

    [RedisFact]
    public async Task A_value_of_megabytes_is_a_miss_and_mended()
    {
        await using var fleet = await RedisFleet.StartAsync();
        using var administration = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{fleet.Redis.Port},allowAdmin=true");
        using var cache = Cache($"127.0.0.1:{fleet.Redis.Port}");
        await fleet.Join(cache).GetTokenAsync(Request);
        var database = administration.GetDatabase();
        var name =
            Assert.Single(
                (string[])(await database.ExecuteAsync("KEYS", "wi1:*"))!, name => !name.EndsWith(":lease", StringComparison.Ordinal));
        await database.HashSetAsync(name, "data", new byte[4_000_000]);

        var token = await fleet.Join(cache).GetTokenAsync(Request);

        Assert.Equal((2, 1, 0), (fleet.TokenRequests, fleet.Log.Count(501), fleet.Log.Count(500)));
        Assert.Equal(token.Value, (await fleet.Join(cache).GetTokenAsync(Request)).Value);
        Assert.Equal(2, fleet.TokenRequests);
    }

    private static RedisCache Cache(string configuration) => new(new RedisCacheOptions { Configuration = configuration });

    private static async Task CauseIsLoggedAsync(RedisFleet fleet, string configuration, string word)
    {
        fleet.Clock.IsStrict = true;
        using var cache = Cache(configuration);

        Assert.NotNull(await fleet.Join(cache, Soon).GetTokenAsync(Request));

        await fleet.UntilLoggedAsync(504, word);
        await fleet.UntilLoggedAsync(500, "did not answer");
        Assert.DoesNotContain(fleet.Log.Entries, entry => entry.Text.Contains("canary", StringComparison.Ordinal));
    }
}
