using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Tokens shared through a real Redis, and what is left of that while it is killed, paused, emptied, filled or tampered with.
/// </summary>
public sealed class RedisTests
{
    private static readonly TokenRequest Request = new("api://orders/.default");

    // Longer than any rest.
    private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

    [RedisFact]
    public async Task One_process_asks_and_all_have_the_token()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var token = await (await fleet.JoinAsync()).GetTokenAsync(Request);
        for (var process = 0; process < 5; process++)
        {
            Assert.Equal(token.Value, (await (await fleet.JoinAsync()).GetTokenAsync(Request)).Value);
        }

        Assert.Equal(1, fleet.TokenRequests);
        Assert.DoesNotContain(fleet.Log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [RedisFact]
    public async Task A_dump_holds_no_token_no_identity_and_nothing_that_outlives_the_token()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var token = await (await fleet.JoinAsync(redis)).GetTokenAsync(Request);
        var dump = new StringBuilder();
        foreach (var name in await redis.KeysAsync())
        {
            Assert.InRange((await redis.Database.KeyTimeToLiveAsync(name))!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(61));
            dump.Append(name).Append(' ').Append(Encoding.Latin1.GetString(await redis.ReadAsync(name)));
        }

        Assert.Contains("wi1:", dump.ToString(), StringComparison.Ordinal);
        foreach (var secret in (string[])[token.Value, token.Value.Split('.')[
            1], fleet.Entra.Application.ClientId, fleet.Entra.Application.TenantId, "orders"])
        {
            Assert.DoesNotContain(secret, dump.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [RedisFact]
    public async Task Killed_under_load_it_costs_no_call_and_is_used_again_when_it_is_back()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var acquirer = await fleet.JoinAsync(redis);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (worker == 0 && i == 50)
                {
                    await fleet.Redis.KillAsync();
                    killed.SetResult();
                }

                Assert.NotNull(await acquirer.GetTokenAsync(new TokenRequest($"api://load-{worker}-{i}/.default")));
            }

            await killed.Task;
            Assert.NotNull(await acquirer.GetTokenAsync(new TokenRequest($"api://after-{worker}/.default")));
        });
        await Task.WhenAll(calls);
        await fleet.UntilLoggedAsync(500);
        Assert.Equal(404, fleet.TokenRequests);

        await fleet.Redis.StartAgainAsync();
        await RedisFleet.UntilConnectedAsync(redis);
        fleet.Clock.Jump(AMinute);
        await acquirer.GetTokenAsync(Request);
        await (await fleet.JoinAsync()).GetTokenAsync(Request);

        Assert.Equal(405, fleet.TokenRequests);
        Assert.NotEqual(0, fleet.Log.Count(502));
    }

    [RedisFact]
    public async Task Paused_it_costs_one_time_limit_and_is_used_again_when_it_goes_on()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var acquirer = await fleet.JoinAsync(redis);
        await acquirer.GetTokenAsync(new TokenRequest("api://before/.default"));
        await fleet.Redis.PauseAsync();
        fleet.Clock.IsStrict = true;
        try
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.NotNull(await acquirer.GetTokenAsync(new TokenRequest($"api://paused-{i}/.default")));
            }
        }
        finally
        {
            fleet.Clock.IsStrict = false;
            await fleet.Redis.ResumeAsync();
        }

        // The rest of five seconds may have ended once while twenty tokens were had; twenty time limits it was not.
        Assert.InRange(fleet.Log.Count(500), 1, 3);
        Assert.Contains(fleet.Log.Entries, entry => entry.Id == 500 && entry.Text.Contains("did not answer", StringComparison.Ordinal));

        await RedisFleet.UntilConnectedAsync(redis);
        fleet.Clock.Jump(AMinute);
        await acquirer.GetTokenAsync(Request);
        Assert.Equal(22, fleet.TokenRequests);
        await (await fleet.JoinAsync()).GetTokenAsync(Request);
        Assert.Equal(22, fleet.TokenRequests);
    }

    [RedisFact]
    public async Task Restarted_empty_it_is_filled_again()
    {
        await using var fleet = await RedisFleet.StartAsync();
        await (await fleet.JoinAsync()).GetTokenAsync(Request);
        await fleet.Redis.KillAsync();
        await fleet.Redis.StartAgainAsync();

        await (await fleet.JoinAsync()).GetTokenAsync(Request);
        await (await fleet.JoinAsync()).GetTokenAsync(Request);

        Assert.Equal(2, fleet.TokenRequests);
    }

    [RedisFact]
    public async Task Not_there_at_start_it_costs_no_call()
    {
        await using var fleet = await RedisFleet.StartAsync();
        await fleet.Redis.KillAsync();

        Assert.NotNull(await (await fleet.JoinAsync()).GetTokenAsync(Request));
        await fleet.UntilLoggedAsync(500);
    }

    [RedisFact]
    public async Task Full_it_says_so_and_what_it_holds_is_still_found()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var acquirer = await fleet.JoinAsync(redis);
        var held = await acquirer.GetTokenAsync(Request);

        // One byte in all: whatever it holds, it is over its bound, and by default it drops nothing to make room.
        await redis.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        Assert.Contains(
            "OOM",
            (await Assert.ThrowsAnyAsync<StackExchange.Redis.RedisException>(() => redis.Database.StringSetAsync("a", "b"))).Message,
            StringComparison.Ordinal);

        Assert.NotNull(await acquirer.GetTokenAsync(new TokenRequest("api://stock/.default")));
        Assert.Equal(held.Value, (await (await fleet.JoinAsync()).GetTokenAsync(Request)).Value);

        await fleet.UntilLoggedAsync(500);
        Assert.Contains(fleet.Log.Entries, entry => entry.Id == 500 && entry.Text.Contains("writing", StringComparison.Ordinal));
        Assert.DoesNotContain(fleet.Log.Entries, entry => entry.Text.Contains("reading", StringComparison.Ordinal));
    }

    [RedisFact]
    public async Task A_value_with_flipped_bits_is_asked_for_again_and_mended()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var first = await (await fleet.JoinAsync(redis)).GetTokenAsync(Request);
        var name = await TokenNameAsync(redis);
        var size = (await redis.ReadAsync(name)).Length;
        for (var position = 0; position < size; position += size / 16)
        {
            var value = await redis.ReadAsync(name);
            value[position] ^= 0x10;
            await redis.WriteAsync(name, value);
            var before = fleet.TokenRequests;

            var token = await (await fleet.JoinAsync(redis)).GetTokenAsync(Request);

            Assert.Equal(before + 1, fleet.TokenRequests);
            Assert.NotEqual(first.Value, token.Value);
            Assert.Equal(token.Value, (await (await fleet.JoinAsync(redis)).GetTokenAsync(Request)).Value);
        }

        Assert.NotEqual(0, fleet.Log.Count(501));
        Assert.Equal(0, fleet.Log.Count(500));
    }

    [RedisFact]
    public async Task A_value_moved_to_another_key_is_not_used()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        var acquirer = await fleet.JoinAsync(redis);
        await acquirer.GetTokenAsync(Request);
        var orders = await TokenNameAsync(redis);
        var stockRequest = new TokenRequest("api://stock/.default");
        var stockToken = await acquirer.GetTokenAsync(stockRequest);
        var stock = await TokenNameAsync(redis, except: orders);

        // As an attacker would who may write: the powerful token under the name of the one a program asks for.
        Assert.True(await redis.Database.KeyRenameAsync(stock, orders));
        var token = await (await fleet.JoinAsync(redis)).GetTokenAsync(Request);

        Assert.NotEqual(stockToken.Value, token.Value);
        Assert.Equal(3, fleet.TokenRequests);
        Assert.Equal(1, fleet.Log.Count(501));
    }

    [RedisFact]
    public async Task Something_of_another_kind_under_the_name_is_a_miss()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var redis = await fleet.ConnectAsync();
        await (await fleet.JoinAsync(redis)).GetTokenAsync(Request);
        var name = await TokenNameAsync(redis);
        await redis.Database.KeyDeleteAsync(name);
        await redis.Database.ListRightPushAsync(name, "not a hash");

        Assert.NotNull(await (await fleet.JoinAsync(redis)).GetTokenAsync(Request));
        await fleet.UntilLoggedAsync(505);
        Assert.Contains(fleet.Log.Entries, entry => entry.Id == 505 && entry.Text.Contains("WRONGTYPE", StringComparison.Ordinal));
    }

    [RedisFact]
    public async Task Two_hosts_with_one_key_ring_share_and_one_with_another_does_not()
    {
        await using var fleet = await RedisFleet.StartAsync();
        var rings = Directory.CreateTempSubdirectory("wi-ring");
        try
        {
            var tokens = new List<AccessToken>();
            foreach (var ring in (string[])["shared", "shared", "other"])
            {
                var builder = Host.CreateEmptyApplicationBuilder(null);
                builder.Services.AddSingleton((await fleet.ConnectAsync()).Cache);
                builder.Services.AddSingleton<ILoggerFactory>(fleet.Log);
                builder.Services.AddDataProtection().SetApplicationName("orders").PersistKeysToFileSystem(rings.CreateSubdirectory(ring));
                builder.Services.AddWorkloadIdentity()
                    .UseSecret(fleet.Entra.Application.TenantId, fleet.Entra.Application.ClientId, fleet.Entra.Application.AddSecret())
                    .Configure(options => options.Credentials.AuthorityHost = fleet.Entra.AuthorityHost)
                    .AddDistributedCache((services, options) =>
                    {
                        var protector =
                            services.GetRequiredService<IDataProtectionProvider>().CreateProtector("WorkloadIdentity.DistributedCache");
                        options.NamingKey = fleet.Key;
                        options.Protection = TokenProtection.FromDataProtection(protector.Protect, protector.Unprotect);
                    });
                using var host = builder.Build();
                await host.StartAsync();
                tokens.Add(await host.Services.GetRequiredService<ITokenAcquirer>().GetTokenAsync(Request));
            }

            Assert.Equal(tokens[0].Value, tokens[1].Value);
            Assert.NotEqual(tokens[0].Value, tokens[2].Value);
            Assert.Equal((2, 1), (fleet.TokenRequests, fleet.Log.Count(501)));
        }
        finally
        {
            rings.Delete(recursive: true);
        }
    }

    private static async Task<string> TokenNameAsync(RedisClient redis, string? except = null) =>
        Assert.Single(await redis.KeysAsync(), name => !name.EndsWith(":lease", StringComparison.Ordinal) && name != except);
}
