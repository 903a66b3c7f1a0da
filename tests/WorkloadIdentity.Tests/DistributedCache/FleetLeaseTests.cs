using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>One process asks, the others wait a moment; and what happens when that does not work out.</summary>
public sealed class FleetLeaseTests
{
    private readonly StoreBench _bench = new();

    [Fact]
    public async Task The_first_to_find_nothing_asks_and_the_next_waits_for_its_token()
    {
        var (first, second) = (LeasingStore(), LeasingStore());
        Assert.Null(await _bench.ReadAsync(first));

        var waiting = _bench.ReadAsync(second);
        await PauseAsync(waiting, pauses: 3);
        Assert.False(waiting.IsCompleted);
        await first.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken("of-the-first"), default);

        Assert.Equal("of-the-first", (await ToEndAsync(waiting))?.Value);
    }

    [Fact]
    public async Task Who_waits_in_vain_asks_within_two_seconds()
    {
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        var before = _bench.Clock.Now;

        Assert.Null(await ToEndAsync(_bench.ReadAsync(LeasingStore())));

        Assert.InRange(_bench.Clock.Now - before, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.8));
        Assert.Equal(TimeSpan.FromSeconds(2), _bench.Cache.Lifetimes.Single(entry => entry.Key.EndsWith(":lease", StringComparison.Ordinal)).Value);
    }

    [Fact]
    public async Task Of_two_that_take_it_at_one_moment_the_last_to_write_has_it()
    {
        // Both find no lease, both write theirs; then both look whose is there.
        var stores = new[] { LeasingStore(), LeasingStore() };
        var found = 0;
        _bench.Cache.Reads = async (name, _) =>
        {
            if (name.EndsWith(":lease", StringComparison.Ordinal))
            {
                var turn = Interlocked.Increment(ref found);
                await Patience.UntilAsync(() => Volatile.Read(ref found) >= (turn <= 2 ? 2 : 4));
                return turn <= 2 ? null : _bench.Cache.Entries[name];
            }

            return _bench.Cache.Entries.GetValueOrDefault(name);
        };

        var reads = stores.Select(store => _bench.ReadAsync(store)).ToList();
        var winner = await Task.WhenAny(reads);
        Assert.Null(await winner);
        var loser = reads.Single(read => read != winner);
        await PauseAsync(loser, pauses: 2);

        Assert.False(loser.IsCompleted);
        await stores[0].WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(), default);
        Assert.NotNull(await ToEndAsync(loser));
    }

    [Fact]
    public async Task A_lease_that_cannot_be_written_holds_nobody_up()
    {
        _bench.Cache.Writes = _ => throw new InvalidOperationException("full");

        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        Assert.Equal(0, _bench.Clock.PendingTimers);
    }

    [Fact]
    public async Task A_cache_that_goes_away_while_somebody_waits_ends_the_wait()
    {
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        var waiting = _bench.ReadAsync(LeasingStore());
        await PauseAsync(waiting, pauses: 1);
        _bench.Cache.Reads = (_, _) => throw new InvalidOperationException("down");
        var before = _bench.Clock.Now;

        Assert.Null(await ToEndAsync(waiting));

        Assert.InRange(_bench.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_wait()
    {
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        using var leaves = new CancellationTokenSource();
        var waiting = LeasingStore().ReadAsync(StoreBench.Partition, StoreBench.Request, leaves.Token).AsTask();
        await PauseAsync(waiting, pauses: 1);

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_token_that_is_there_needs_no_lease()
    {
        await _bench.KeepAsync();

        Assert.NotNull(await _bench.ReadAsync(LeasingStore()));
        Assert.Equal(1, _bench.Cache.ReadCalls);
    }

    private DistributedTokenStore LeasingStore() => _bench.Store(options => options.Lease = true);

    private async Task<AccessToken?> ToEndAsync(Task<AccessToken?> waiting)
    {
        await PauseAsync(waiting, pauses: int.MaxValue);
        return await waiting;
    }

    /// <summary>Lets pauses pass, and never the time limit of a call under way, which is longer than any pause.</summary>
    private async Task PauseAsync(Task waiting, int pauses)
    {
        for (var passed = 0; passed < pauses && !waiting.IsCompleted; passed++)
        {
            await Patience.UntilAsync(() => waiting.IsCompleted || _bench.Clock.NextDue <= TimeSpan.FromMilliseconds(200));
            if (!waiting.IsCompleted)
            {
                _bench.Clock.Advance(_bench.Clock.NextDue!.Value);
            }
        }
    }
}
