using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// As much of a distributed cache over StackExchange.Redis as a token store needs; users have
/// Microsoft.Extensions.Caching.StackExchangeRedis. It adds nothing that helps: no time limit, no retry, and the client's own exceptions.
/// </summary>
internal sealed class RedisCache : IDistributedCache, IDisposable
{
    private readonly ConnectionMultiplexer _connection;

    private RedisCache(ConnectionMultiplexer connection) => _connection = connection;

    public static async Task<RedisCache> ConnectAsync(int port) =>
        new(await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},abortConnect=false,connectTimeout=2000,connectRetry=1"));

    public IDatabase Database => _connection.GetDatabase();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => await Database.StringGetAsync(key);

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        Database.StringSetAsync(key, value, options.AbsoluteExpirationRelativeToNow);

    public async Task<IReadOnlyList<string>> KeysAsync() =>
        [.. ((RedisResult[])(await Database.ExecuteAsync("KEYS", "*"))!).Select(key => (string)key!)];

    public void Dispose() => _connection.Dispose();

    public byte[]? Get(string key) => throw new NotSupportedException("A token store never blocks.");

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        throw new NotSupportedException("A token store never blocks.");

    public void Refresh(string key) => throw new NotSupportedException("Tokens do not live longer for being used.");

    public Task RefreshAsync(string key, CancellationToken token = default) =>
        throw new NotSupportedException("Tokens do not live longer for being used.");

    public void Remove(string key) => throw new NotSupportedException("A token store removes nothing.");

    public Task RemoveAsync(string key, CancellationToken token = default) =>
        throw new NotSupportedException("A token store removes nothing.");
}
