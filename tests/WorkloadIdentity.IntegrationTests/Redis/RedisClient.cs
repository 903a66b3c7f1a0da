using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// The cache that applications have, Microsoft.Extensions.Caching.StackExchangeRedis, and the connection below it, on which a test does
/// what a cache does not offer.
/// </summary>
internal sealed class RedisClient : IDisposable
{
    // Where that package keeps the value of a key: in this field of a hash.
    private const string Data = "data";

    private readonly ConnectionMultiplexer _connection;
    private readonly RedisCache _cache;

    private RedisClient(ConnectionMultiplexer connection)
    {
        _connection = connection;
        _cache =
            new RedisCache(
                new RedisCacheOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection) });
    }

    public IDistributedCache Cache => _cache;

    public IDatabase Database => _connection.GetDatabase();

    public static async Task<RedisClient> ConnectAsync(int port) =>
        new(await ConnectionMultiplexer.ConnectAsync(
            $"127.0.0.1:{port},abortConnect=false,connectTimeout=2000,connectRetry=1,allowAdmin=true"));

    public async Task<IReadOnlyList<string>> KeysAsync() =>
        [.. ((RedisResult[])(await Database.ExecuteAsync("KEYS", "*"))!).Select(key => (string)key!)];

    /// <summary>The bytes the token store wrote under a name.</summary>
    public async Task<byte[]> ReadAsync(string name) => (byte[])(await Database.HashGetAsync(name, Data))!;

    /// <summary>Replaces them.</summary>
    public Task WriteAsync(string name, byte[] value) => Database.HashSetAsync(name, Data, value);

    public void Dispose()
    {
        _cache.Dispose();
        _connection.Dispose();
    }
}
