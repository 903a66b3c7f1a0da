using Microsoft.Extensions.Logging;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>A cache that fails for some entries and answers for others, as a cluster does that has lost a shard.</summary>
public sealed class DeadShardTests
{
    private readonly StoreBench _bench = new();

    private static TokenRequest Dead(int number) => new($"api://dead-{number}/.default");

    [Fact]
    public async Task Entries_on_a_dead_shard_rest_and_those_on_living_ones_are_served()
    {
        var store = _bench.Store();
        await _bench.KeepAsync();
        var living = _bench.Cache.TokenName;
        var dead = new HashSet<string>();
        for (var number = 0; number < 20; number++)
        {
            dead.Add(Name(Dead(number)));
        }

        _bench.Cache.Reads =
            (name, _) =>
                dead.Contains(name) ? throw new IOException("down") : Task.FromResult(_bench.Cache.Entries.GetValueOrDefault(name));
        _bench.Cache.Writes = (name, _) => dead.Contains(name) ? throw new IOException("down") : Task.CompletedTask;
        for (var number = 0; number < 20; number++)
        {
            Assert.Null(await _bench.ReadAsync(store, request: Dead(number)));
            await store.WriteAsync(StoreBench.Partition, Dead(number), _bench.NewToken(), default);
            Assert.NotNull(await _bench.ReadAsync(store));
        }

        // The probes behind the first failure have ended by the time the warning is there.
        await Patience.UntilAsync(() => _bench.Log.Count(505) == 1);
        var calls = _bench.Cache.ReadCalls;
        for (var number = 0; number < 20; number++)
        {
            Assert.Null(await _bench.ReadAsync(store, request: Dead(number)));
        }

        Assert.Equal(calls, _bench.Cache.ReadCalls);
        Assert.NotNull(await _bench.ReadAsync(store));
        await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken("written"), default);
        Assert.Equal("written", (await _bench.ReadAsync(store))?.Value);
        Assert.Equal((0, 1), (_bench.Log.Count(500), _bench.Log.Count(505)));
        Assert.Contains(
            _bench.Log.Entries,
            entry => entry is { Id: 505, Level: LogLevel.Warning } && entry.Text.Contains("IOException", StringComparison.Ordinal));
        Assert.True(_bench.Cache.Entries.ContainsKey(living));
    }

    [Fact]
    public async Task A_shard_that_is_back_is_used_again_after_the_rest_of_its_entry()
    {
        var store = _bench.Store();
        var name = Name(StoreBench.Request);
        _bench.Cache.Reads = (asked, _) => asked == name ? throw new IOException("down") : Task.FromResult<byte[]?>(null);
        Assert.Null(await _bench.ReadAsync(store));
        await Patience.UntilAsync(() => _bench.Log.Count(505) == 1);
        _bench.Cache.Reads = null;
        await _bench.KeepAsync();
        _bench.Clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        Assert.Null(await _bench.ReadAsync(store));

        _bench.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.NotNull(await _bench.ReadAsync(store));
        Assert.Equal(1, _bench.Log.Count(502));
    }

    /// <summary>The call that tries, after the rest of the whole, happens to be for the dead shard.</summary>
    [Fact]
    public async Task An_entry_that_stays_dead_keeps_a_cache_that_is_back_from_nobody()
    {
        var store = _bench.Store();
        await _bench.KeepAsync();
        _bench.Cache.Reads = (_, _) => throw new IOException("down");
        Assert.Null(await _bench.ReadAsync(store, request: Dead(0)));
        await Patience.UntilAsync(() => _bench.Log.Count(500) == 1);
        var dead = Name(Dead(1));
        _bench.Cache.Reads =
            (asked, _) => asked == dead ? throw new IOException("down") : Task.FromResult(_bench.Cache.Entries.GetValueOrDefault(asked));
        _bench.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Null(await _bench.ReadAsync(store, request: Dead(1)));

        await Patience.UntilAsync(() => _bench.Log.Count(505) == 1);
        Assert.NotNull(await _bench.ReadAsync(store));
        Assert.Equal((1, 1), (_bench.Log.Count(500), _bench.Log.Count(502)));
    }

    [Fact]
    public async Task One_failure_costs_eight_probes_however_many_calls_failed()
    {
        var down = new TaskCompletionSource<byte[]?>();
        _bench.Cache.Reads = (_, _) => down.Task;
        var store = _bench.Store();
        var reads = Enumerable.Range(0, 32).Select(number => _bench.ReadAsync(store, request: Dead(number))).ToList();
        await Patience.UntilAsync(() => _bench.Cache.ReadCalls == 32);
        down.SetException(new IOException("reset"));

        Assert.All(await Task.WhenAll(reads), Assert.Null);

        await Patience.UntilAsync(() => _bench.Log.Count(500) == 1);
        Assert.Equal(8, _bench.Cache.ProbeCalls);
    }

    [Fact]
    public async Task A_probe_that_finds_something_too_long_was_answered()
    {
        var store = _bench.Store();
        var name = Name(StoreBench.Request);
        _bench.Cache.Reads = (asked, _) => asked == name ? throw new IOException("down") : Task.FromResult<byte[]?>(new byte[100_000]);

        Assert.Null(await _bench.ReadAsync(store));

        await Patience.UntilAsync(() => _bench.Log.Count(505) == 1);
    }

    private string Name(TokenRequest request) => StoreEntry.Of(StoreBench.Partition, request, _bench.NamingKey).Name;
}
