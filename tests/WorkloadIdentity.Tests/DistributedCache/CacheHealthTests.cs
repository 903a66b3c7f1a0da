using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.Tests;

/// <summary>A cache that is down, slow, full or unreadable: a miss, a Warning, and a rest; never a failed call.</summary>
public sealed class CacheHealthTests
{
    private readonly StoreBench _bench = new();

    public static TheoryData<string> Hanging => ["hangs", "blocks its thread", "ignores its cancellation"];

    [Theory]
    [MemberData(nameof(Hanging))]
    public async Task A_cache_without_an_answer_is_a_miss_after_its_time_limit(string how)
    {
        using var unblock = new ManualResetEventSlim();
        _bench.Cache.Reads = (_, token) =>
        {
            var hanging = how == "hangs" ? _bench.Clock.HangAsync<byte[]?>(token) : _bench.Clock.HangForeverAsync<byte[]?>(token);
            if (how == "blocks its thread")
            {
                unblock.Wait(CancellationToken.None);
            }

            return hanging;
        };
        var store = _bench.Store();
        var before = _bench.Clock.Now;

        Assert.Null(await _bench.Clock.RunUntilAsync(() => store.ReadAsync(StoreBench.Partition, StoreBench.Request, default)));

        unblock.Set();
        Assert.InRange(_bench.Clock.Now - before, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10));
        await _bench.Clock.RunUntilAsync(async () =>
        {
            await RestsAsync(times: 1);
            return true;
        });
        Assert.Contains(
            _bench.Log.Entries,
            entry => entry is { Id: 500, Level: LogLevel.Warning } && entry.Text.Contains("1000 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cache_that_failed_is_left_alone_and_tried_again_by_one_call()
    {
        _bench.Cache.Reads = (_, _) => throw new InvalidOperationException("down");
        var store = _bench.Store();
        var rests = 0;
        foreach (var rest in (int[])[5, 10, 20, 40, 60, 60])
        {
            var calls = _bench.Cache.ReadCalls;
            await _bench.ReadAsync(store);
            await RestsAsync(++rests);
            await _bench.ReadAsync(store);
            await _bench.ReadAsync(store, request: new TokenRequest("api://another/.default"));
            await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);
            _bench.Clock.Advance(TimeSpan.FromSeconds(rest) - TimeSpan.FromMilliseconds(1));
            await _bench.ReadAsync(store);
            Assert.Equal(calls + 1, _bench.Cache.ReadCalls);

            _bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal((6, 0), (_bench.Log.Count(500), _bench.Cache.WriteCalls));
        _bench.Cache.Reads = null;
        await _bench.KeepAsync();

        Assert.NotNull(await _bench.ReadAsync(store));
        Assert.NotNull(await _bench.ReadAsync(store));
        Assert.Equal(1, _bench.Log.Count(502));
    }

    [Fact]
    public async Task Calls_that_fail_together_are_one_failure()
    {
        var down = new TaskCompletionSource<byte[]?>();
        _bench.Cache.Reads = (_, _) => down.Task;
        var store = _bench.Store();
        var reads = Enumerable.Range(0, 64).Select(_ => _bench.ReadAsync(store)).ToList();
        await Patience.UntilAsync(() => _bench.Cache.ReadCalls == 64);
        down.SetException(new IOException("reset"));

        Assert.All(await Task.WhenAll(reads), Assert.Null);
        await RestsAsync(times: 1);
        Assert.Equal(1, _bench.Log.Count(500));
        Assert.Contains(_bench.Log.Entries, entry => entry.Text.Contains("00:00:05", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_try_that_never_comes_back_keeps_nobody_out_for_ever()
    {
        _bench.Cache.Reads = (_, _) => throw new InvalidOperationException("down");
        var store = _bench.Store();
        await _bench.ReadAsync(store);
        await RestsAsync(times: 1);
        _bench.Clock.Advance(TimeSpan.FromSeconds(5));
        using var leaves = new CancellationTokenSource();
        _bench.Cache.Reads = (_, _) => new TaskCompletionSource<byte[]?>().Task;
        var trying = store.ReadAsync(StoreBench.Partition, StoreBench.Request, leaves.Token).AsTask();
        await Patience.UntilAsync(() => _bench.Cache.ReadCalls == 2);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trying);

        _bench.Cache.Reads = null;
        await _bench.KeepAsync();
        Assert.Null(await _bench.ReadAsync(store));
        _bench.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.NotNull(await _bench.ReadAsync(store));
    }

    [Fact]
    public async Task A_full_cache_is_still_read()
    {
        await _bench.KeepAsync();
        _bench.Cache.Writes = (_, _) => throw new InvalidOperationException("OOM command not allowed when used memory > 'maxmemory'.");
        var store = _bench.Store();
        for (var i = 0; i < 3; i++)
        {
            await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);
            Assert.NotNull(await _bench.ReadAsync(store));
        }

        await RestsAsync(times: 1);
        Assert.Equal(2, _bench.Cache.WriteCalls);
    }

    [Fact]
    public async Task One_unusable_value_is_mended_by_the_next_write()
    {
        var name = await _bench.KeepAsync();
        _bench.Cache.Entries[name][^1] ^= 1;
        var store = _bench.Store(options => options.Lease = true);

        Assert.Null(await _bench.ReadAsync(store));
        await store.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken("another"), default);

        Assert.Equal("another", (await _bench.ReadAsync(store))?.Value);
        Assert.Equal((1, 0), (_bench.Log.Count(501), _bench.Log.Count(500)));
    }

    [Fact]
    public async Task Three_unusable_values_in_a_row_are_an_unusable_cache()
    {
        _bench.Cache.Reads = (_, _) => Task.FromResult<byte[]?>("garbage"u8.ToArray());
        var store = _bench.Store(options => options.Lease = true);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await _bench.ReadAsync(store));
        }

        Assert.Equal((3, 3, 1), (_bench.Cache.ReadCalls, _bench.Log.Count(501), _bench.Log.Count(500)));
    }

    [Fact]
    public async Task No_failure_reaches_a_caller_and_a_hit_reaches_no_cache()
    {
        var credential = new ControlledCredential(_bench.Clock) { SharedAs = "app" };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        _bench.Cache.Reads = (_, _) => throw new InvalidOperationException("down");
        using var acquirer =
            new TokenAcquirer(
                credential, new TokenAcquirerOptions { Store = _bench.Store(), TimeProvider = _bench.Clock, Jitter = () => 0 });

        var token = await acquirer.GetTokenAsync(StoreBench.Request);
        for (var i = 0; i < 10; i++)
        {
            var hit = acquirer.GetTokenAsync(StoreBench.Request);
            Assert.True(hit.IsCompletedSuccessfully);
            Assert.Same(token, await hit);
        }

        Assert.Equal((1, 1, 0), (credential.Calls, _bench.Cache.ReadCalls, _bench.Cache.WriteCalls));
    }

    [Fact]
    public async Task A_renewal_neither_asks_the_cache_nor_tells_it()
    {
        var credential = new ControlledCredential(_bench.Clock) { SharedAs = "app" };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        using var acquirer =
            new TokenAcquirer(
                credential, new TokenAcquirerOptions { Store = _bench.Store(), TimeProvider = _bench.Clock, Jitter = () => 0 });
        var rejected = await acquirer.GetTokenAsync(StoreBench.Request);
        var calls = (_bench.Cache.ReadCalls, _bench.Cache.WriteCalls);

        var renewed = await acquirer.RenewTokenAsync(StoreBench.Request, rejected);

        Assert.NotEqual(rejected.Value, renewed.Value);
        Assert.Equal(calls, (_bench.Cache.ReadCalls, _bench.Cache.WriteCalls));
    }

    [Fact]
    public async Task Nothing_secret_and_nothing_of_a_clients_own_text_is_logged()
    {
        const string Canary = "canary0bird";
        var store = _bench.Store();
        _bench.Cache.Writes = (name, _) => throw new InvalidOperationException($"SET {name} {Canary}-endpoint:6379");
        await store.WriteAsync(
            $"{Canary}-partition", new TokenRequest($"api://{Canary}/.default"), _bench.NewToken($"{Canary}-token"), default);
        await RestsAsync(times: 1);
        _bench.Cache.Writes = null;
        var name = await _bench.KeepAsync(_bench.NewToken($"{Canary}-token"));
        Assert.NotNull(await _bench.ReadAsync(store));
        _bench.Cache.Entries[name] = System.Text.Encoding.UTF8.GetBytes($"{Canary}-value");
        Assert.Null(await _bench.ReadAsync(store));
        _bench.Cache.Reads = (_, _) => throw new InvalidOperationException($"{Canary}-password");
        Assert.Null(await _bench.ReadAsync(store));
        await RestsAsync(times: 2);

        Assert.Equal((2, 1, 3), (_bench.Log.Count(500), _bench.Log.Count(501), _bench.Log.Count(503)));
        Assert.DoesNotContain(_bench.Log.Entries, entry => entry.Text.Contains(Canary, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Probes behind the call decide that the cache as a whole is left alone.</summary>
    private Task RestsAsync(int times) => Patience.UntilAsync(() => _bench.Log.Count(500) == times);
}
