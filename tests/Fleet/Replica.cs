using System.Security.Cryptography;
using WorkloadIdentity;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.IntegrationTests;

namespace Fleet;

/// <summary>What one process of a fleet has: an acquirer, a store and a connection of its own.</summary>
internal sealed class Replica : IDisposable
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly RedisClient _redis;

    private Replica(RedisClient redis, SimulatedEntra entra, TimeProvider clock)
    {
        _redis = redis;
        var store = new DistributedTokenStore(redis.Cache, new DistributedTokenStoreOptions
        {
            NamingKey = Key,
            Protection = TokenProtection.FromKeys(new EncryptionKey("one", Key)),
            TimeProvider = clock,
        });
        Acquirer = new TokenAcquirer(entra, new TokenAcquirerOptions { Store = store, TimeProvider = clock });
    }

    public TokenAcquirer Acquirer { get; }

    public static async Task<Replica> StartAsync(int port, SimulatedEntra entra, TimeProvider clock) =>
        new(await RedisClient.ConnectAsync(port), entra, clock);

    public void Dispose()
    {
        Acquirer.Dispose();
        _redis.Dispose();
    }
}
