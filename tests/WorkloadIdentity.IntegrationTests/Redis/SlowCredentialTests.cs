using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.Tests;

namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Processes that share a Redis while tokens take seconds to get. Time passes only while every process waits for it, so the answers of the
/// Redis take no time of this clock, however busy the machine is.
/// </summary>
public sealed class SlowCredentialTests
{
    private const int Processes = 5;

    private static readonly TokenRequest Request = new("api://orders/.default");

    private readonly FakeClock _clock = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>
    /// The others start when the first asks: of processes that start at the same moment, several may ask. A lease is renewed after 600 ms.
    /// The others wait for 10 s at most.
    /// </summary>
    [RedisTheory]
    [InlineData(0.1)]
    [InlineData(0.6)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task One_process_asks_and_the_others_wait_for_it(double seconds)
    {
        await using var redis = await LocalRedis.StartAsync();
        using var cache = new LastingCache(new RedisCacheOptions { Configuration = $"127.0.0.1:{redis.Port}" });
        await cache.GetAsync("connects");
        var credential = new SlowCredential(_clock, TimeSpan.FromSeconds(seconds));
        var acquirers = Enumerable.Range(0, Processes).Select(_ => Acquirer(cache, credential)).ToList();

        var first = acquirers[0].GetTokenAsync(Request).AsTask();
        await Patience.UntilAsync(() => credential.AtWork == 1);
        var others = acquirers.Skip(1).Select(acquirer => acquirer.GetTokenAsync(Request).AsTask());
        var tokens = await RunAsync([first, .. others], cache, credential);

        Assert.Single(tokens.Select(token => token.Value).Distinct());
        Assert.Equal(1, credential.Calls);
        acquirers.ForEach(acquirer => acquirer.Dispose());
    }

    /// <summary>
    /// A caller waits for time if it pauses or its credential does. While a credential is at work, the lease pauses between two renewals.
    /// If fewer pauses are there, something still runs.
    /// </summary>
    private async Task<AccessToken[]> RunAsync(Task<AccessToken>[] callers, LastingCache cache, SlowCredential credential)
    {
        while (true)
        {
            var changed = _clock.Changed;
            var waiting = callers.Where(caller => !caller.IsCompleted).ToList();
            if (waiting.Count == 0)
            {
                return await Task.WhenAll(callers);
            }

            Assert.InRange(credential.AtWork, 0, 1);
            if (!cache.IsInUse && _clock.Pauses >= waiting.Count + credential.AtWork && _clock.NextDue is { } due)
            {
                _clock.Advance(due);
                continue;
            }

            await Task.WhenAny([changed, .. waiting]).WaitAsync(Patience.Limit, TimeProvider.System);
        }
    }

    private TokenAcquirer Acquirer(LastingCache cache, SlowCredential credential)
    {
        var store = new DistributedTokenStore(cache, new DistributedTokenStoreOptions
        {
            NamingKey = _key,
            Protection = TokenProtection.FromKeys(new EncryptionKey("one", _key)),
            TimeProvider = _clock,
        });
        return new TokenAcquirer(credential, new TokenAcquirerOptions { Store = store, TimeProvider = _clock });
    }

    private sealed class SlowCredential(TimeProvider clock, TimeSpan takes) : Credential
    {
        private int _calls;
        private int _atWork;

        public override string Name => "slow";

        public override string Partition => "slow";

        public int Calls => Volatile.Read(ref _calls);

        public int AtWork => Volatile.Read(ref _atWork);

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _calls);
            Interlocked.Increment(ref _atWork);
            await Task.Delay(takes, clock, cancellationToken);
            Interlocked.Decrement(ref _atWork);
            return TokenResult.Issued(new AccessToken($"token-{number}", clock.GetUtcNow().AddHours(1)));
        }
    }

    /// <summary>
    /// Redis through the cache that applications have. It counts calls, and it keeps an entry for a minute at least: Redis measures an
    /// expiry in real time, which a busy machine stretches.
    /// </summary>
    private sealed class LastingCache(RedisCacheOptions options) : IDistributedCache, IDisposable
    {
        private static readonly TimeSpan AMinute = TimeSpan.FromMinutes(1);

        private readonly RedisCache _redis = new(options);
        private int _running;

        public bool IsInUse => Volatile.Read(ref _running) > 0;

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => CountAsync(() => _redis.GetAsync(key, token));

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            var lifetime = options.AbsoluteExpirationRelativeToNow;
            var lasting = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = lifetime > AMinute ? lifetime : AMinute };
            return CountAsync(async () =>
            {
                await _redis.SetAsync(key, value, lasting, token);
                return true;
            });
        }

        public void Dispose() => _redis.Dispose();

        public byte[]? Get(string key) => throw new NotSupportedException();

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public void Refresh(string key) => throw new NotSupportedException();

        public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

        private async Task<T> CountAsync<T>(Func<Task<T>> call)
        {
            Interlocked.Increment(ref _running);
            try
            {
                return await call();
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
