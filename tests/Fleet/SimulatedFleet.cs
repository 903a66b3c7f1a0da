using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;
using WorkloadIdentity;
using WorkloadIdentity.DistributedCache;
using WorkloadIdentity.IntegrationTests;

namespace Fleet;

/// <summary>
/// Many processes in one: each has an acquirer and a store of its own, and calls for every key all the time. They share up to fifty
/// connections to a real Redis. The clock moves in steps, and only while nobody has anything left to do.
/// </summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private const int MostConnections = 50;

    private static readonly TimeSpan Step = Calculation.CallPause;

    // For a thread that runs and has not yet touched the clock or Redis: a long step would take all its time away.
    private static readonly TimeSpan BeforeLongStep = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly LocalRedis _redis;
    private readonly List<RedisCache> _caches = [];
    private readonly List<ConnectionMultiplexer> _connections = [];
    private readonly StepClock _clock = new();
    private readonly CallCounts _calls = new();
    private readonly CallCounts _storeCalls = new();
    private readonly SimulatedEntra _entra;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Random _random;
    private readonly TokenAcquirer?[] _acquirers;
    private TokenRequest[] _keys = [];
    private bool _isRedisAway;
    private DateTimeOffset _firstEnd;
    private DateTimeOffset _lastEnd;

    private SimulatedFleet(LocalRedis redis, int processes, int seed)
    {
        (_redis, _random, _acquirers) = (redis, new Random(seed), new TokenAcquirer?[processes]);
        _entra = new SimulatedEntra(_clock, Calculation.Latency, () => Calculation.Life);
    }

    public int TokenRequests => _entra.Requests;

    /// <summary>Calls of all caches, whether they reached Redis or not.</summary>
    public long Calls => _calls.All;

    /// <summary>When the first process may refresh.</summary>
    private DateTimeOffset WindowStart => _firstEnd - Calculation.Lead - Calculation.Jitter;

    public static async Task<SimulatedFleet> StartAsync(int processes, int seed)
    {
        var fleet = new SimulatedFleet(await LocalRedis.StartAsync(), processes, seed);
        for (var count = 0; count < Math.Min(processes, MostConnections); count++)
        {
            await fleet.ConnectAsync();
        }

        return fleet;
    }

    public Task<RedisCounts> CountAsync() => RedisCounts.OfAsync(_connections[0].GetDatabase());

    /// <summary>One more connection.</summary>
    public async Task ConnectAsync()
    {
        var options = ConfigurationOptions.Parse($"127.0.0.1:{_redis.Port},abortConnect=false,allowAdmin=true");
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new LinearRetry(1000);
        var connection = await ConnectionMultiplexer.ConnectAsync(options);
        _connections.Add(connection);
        _caches.Add(new RedisCache(
            new RedisCacheOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection) }));
    }

    /// <summary>Every process starts anew, within a time, and asks for all keys at once.</summary>
    public async Task RestartAsync(IEnumerable<string> scopes, TimeSpan within)
    {
        _keys = [.. scopes.Select(scope => new TokenRequest(scope))];
        foreach (var acquirer in _acquirers)
        {
            acquirer?.Dispose();
        }

        Array.Clear(_acquirers);
        var starts = _acquirers.Select((_, index) => (Index: index, On: within * _random.NextDouble())).OrderBy(start => start.On).ToList();
        var passed = TimeSpan.Zero;
        foreach (var (index, on) in starts)
        {
            await _clock.AdvanceAsync(on - passed, SettleAsync);
            passed = on;
            _acquirers[index] = New(index);
            foreach (var key in _keys)
            {
                _ = _acquirers[index]!.GetTokenAsync(key).AsTask();
            }

            if (within > TimeSpan.Zero)
            {
                await SettleAsync();
            }
        }

        await SettleAsync();
        for (var step = 0; !await CallAsync(); step++)
        {
            await _clock.AdvanceAsync(Step, SettleAsync);
            if (step > 1000)
            {
                throw new InvalidOperationException("Some processes still have no token.");
            }
        }
    }

    /// <summary>Time passes until every process has another token for every key.</summary>
    public async Task UntilRefreshedAsync()
    {
        await CallAsync();
        await UntilAllEndAfterAsync(_lastEnd);
    }

    private async Task UntilAllEndAfterAsync(DateTimeOffset before)
    {
        for (; _firstEnd <= before; await CallAsync())
        {
            await AdvanceToAsync(WindowStart);
        }
    }

    /// <summary>Redis is killed a minute before the first refresh, and is there again in the middle of the jitter.</summary>
    /// <returns>To be called then: lets time pass until every process has another token than before.</returns>
    public async Task<Func<Task>> LoseRedisAsync()
    {
        await CallAsync();
        var before = _lastEnd;
        var (away, again) = (WindowStart.AddMinutes(-1), WindowStart + (Calculation.Jitter / 2));
        await AdvanceToAsync(away);
        await _redis.KillAsync();
        _isRedisAway = true;
        for (; _clock.GetUtcNow() < again; await CallAsync())
        {
            await _clock.AdvanceAsync(Step, SettleAsync);
        }

        await _redis.StartAgainAsync();
        foreach (var connection in _connections)
        {
            await UntilConnectedAsync(connection);
        }

        _isRedisAway = false;
        return () => UntilAllEndAfterAsync(before);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var acquirer in _acquirers)
        {
            acquirer?.Dispose();
        }

        _caches.ForEach(cache => cache.Dispose());
        _connections.ForEach(connection => connection.Dispose());
        await _redis.DisposeAsync();
    }

    /// <summary>To a moment, or a step further when it is past.</summary>
    private async Task AdvanceToAsync(DateTimeOffset moment)
    {
        var time = moment - _clock.GetUtcNow();
        if (time > Step)
        {
            await Task.Delay(BeforeLongStep, TimeProvider.System);
            await SettleAsync();
        }

        await _clock.AdvanceAsync(time > Step ? time : Step, SettleAsync);
    }

    private static async Task UntilConnectedAsync(ConnectionMultiplexer connection)
    {
        while (true)
        {
            try
            {
                await connection.GetDatabase().PingAsync();
                return;
            }
            catch (RedisException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private TokenAcquirer New(int index)
    {
        IBufferDistributedCache cache = _caches[index % _caches.Count];
        var store = new DistributedTokenStore(new CountingCache(cache, _calls), new DistributedTokenStoreOptions
        {
            NamingKey = _key,
            Protection = TokenProtection.FromKeys(new EncryptionKey("one", _key)),
            TimeProvider = _clock,
        });
        return new TokenAcquirer(_entra, new TokenAcquirerOptions { Store = new CountingStore(store, _storeCalls), TimeProvider = _clock });
    }

    /// <summary>Each process asks for each key.</summary>
    /// <returns>Whether all got a token at once. Then the ends of the first and the last token are known.</returns>
    private async Task<bool> CallAsync()
    {
        var (isComplete, first, last) = (true, DateTimeOffset.MaxValue, DateTimeOffset.MinValue);
        foreach (var acquirer in _acquirers)
        {
            foreach (var key in _keys)
            {
                var call = acquirer!.GetTokenAsync(key);
                if (!call.IsCompletedSuccessfully)
                {
                    isComplete = false;
                    _ = call.AsTask();
                    continue;
                }

                var end = call.Result.ExpiresOn;
                (first, last) = (end < first ? end : first, end > last ? end : last);
            }
        }

        await SettleAsync();
        if (isComplete)
        {
            (_firstEnd, _lastEnd) = (first, last);
        }

        return isComplete;
    }

    /// <summary>
    /// Waits until nothing runs. While Redis is away its client may keep calls; then they end by their time limit, on the fleet's clock.
    /// </summary>
    private async Task SettleAsync()
    {
        for (var quiet = 0; quiet < 2;)
        {
            if (IsWorking)
            {
                quiet = 0;
                await Task.Delay(Moment, TimeProvider.System);
                continue;
            }

            // To yield is one item of work itself. A client without its Redis has work all the time, which tells nothing.
            var (changes, items) = (_clock.Changes, ThreadPool.CompletedWorkItemCount);
            await Task.Yield();
            var isQuiet = _clock.Changes == changes && (_isRedisAway || ThreadPool.CompletedWorkItemCount <= items + 1);
            quiet = isQuiet ? quiet + 1 : 0;
        }
    }

    /// <summary>
    /// Work is queued, or a call to a store or to Entra is not in a pause. (The holder of a lease pauses too, between its notes.)
    /// </summary>
    private bool IsWorking => ThreadPool.PendingWorkItemCount > 0
        || (!_isRedisAway && (_calls.Pending > 0 || _storeCalls.Pending + _entra.Pending > _clock.Pauses));
}
