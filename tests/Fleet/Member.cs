using System.Globalization;
using WorkloadIdentity;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.IntegrationTests;

namespace Fleet;

/// <summary>One process of the fleet: makes its acquirer, gets one token, and says how long that took.</summary>
internal static class Member
{
    public static async Task RunAsync(TextReader input, TextWriter output)
    {
        var orders = Orders.Read((await input.ReadLineAsync())!);
        var credential = new ApplicationCredential(
            orders.TenantId, orders.ClientId, ClientSecretAuthentication.FromValue(orders.Secret),
            new ApplicationCredentialOptions { AuthorityHost = orders.AuthorityHost });
        using var redis = orders.RedisPort is { } port ? await RedisClient.ConnectAsync(port) : null;
        var store = redis is null ? null : new DistributedTokenStore(redis.Cache, new DistributedTokenStoreOptions
        {
            NamingKey = Convert.FromBase64String(orders.Key),
            Protection = TokenProtection.FromKeys(EncryptionKey.FromBase64("one", orders.Key)),
            Lease = orders.Lease,
        });

        // For a running fleet that is asked at one moment: code is compiled and connections are open before the measurement.
        if (orders.Together)
        {
            using var warm = new TokenAcquirer(credential);
            var token = await warm.GetTokenAsync(new TokenRequest(Orders.WarmScope));
            if (store is not null)
            {
                var mine = $"warm {Environment.ProcessId}";
                await store.ReadAsync(mine, new TokenRequest(Orders.WarmScope), default);
                await store.WriteAsync(mine, new TokenRequest(Orders.WarmScope), token, default);
                await store.ReadAsync(mine, new TokenRequest(Orders.WarmScope), default);
            }
        }

        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { Store = store });
        await output.WriteLineAsync("ready");
        await output.FlushAsync();
        if (orders.Together)
        {
            await input.ReadLineAsync();
        }

        var started = TimeProvider.System.GetTimestamp();
        await acquirer.GetTokenAsync(new TokenRequest(orders.Scope));
        await output.WriteLineAsync(
            TimeProvider.System.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
    }
}
