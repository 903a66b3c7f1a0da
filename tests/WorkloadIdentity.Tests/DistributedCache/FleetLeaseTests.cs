using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>One process asks, the others wait a moment; and what happens when that does not work out.</summary>
public sealed class FleetLeaseTests
{
    private readonly StoreBench _bench = new();

    private LeaseNotes Notes => new(_bench.NamingKey);

    private string NoteName => $"{StoreEntry.Of(StoreBench.Partition, StoreBench.Request, _bench.NamingKey).Name}:lease";

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
    public async Task Who_waits_for_a_process_that_died_asks_within_two_seconds()
    {
        LeaveNote(_bench.Clock.Now);
        var before = _bench.Clock.Now;

        Assert.Null(await ToEndAsync(_bench.ReadAsync(LeasingStore())));

        Assert.InRange(_bench.Clock.Now - before, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2.2));
    }

    /// <summary>Its expiry got lost: the cache refused to set one, failed over before it did, or was told to persist it.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3600)]
    [InlineData(31_536_000)]
    public async Task A_note_that_never_expires_holds_up_nobody_who_comes_later(int seconds)
    {
        LeaveNote(_bench.Clock.Now - TimeSpan.FromSeconds(seconds));

        // No time passes.
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        Assert.True(Notes.Counts(NoteName, _bench.Cache.Entries[NoteName], _bench.Clock.Now));
    }

    [Theory]
    [InlineData(-1.9)]
    [InlineData(1.5)]
    [InlineData(59)]
    public async Task The_clock_of_a_dead_writer_makes_nobody_wait_longer(double ahead)
    {
        LeaveNote(_bench.Clock.Now + TimeSpan.FromSeconds(ahead));
        var before = _bench.Clock.Now;

        Assert.Null(await ToEndAsync(_bench.ReadAsync(LeasingStore())));

        Assert.InRange(_bench.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromSeconds(2.3));
    }

    /// <summary>
    /// Who may write to the cache and has not the key: with a key of their own, with a note of another entry, or with one whose time was
    /// set forward.
    /// </summary>
    [Theory]
    [InlineData("another key")]
    [InlineData("another entry")]
    [InlineData("another time")]
    public async Task Nobody_without_the_key_of_the_fleet_makes_others_wait(string how)
    {
        var notes = how == "another key" ? new LeaseNotes(new byte[32]) : Notes;
        var note =
            notes.Write(
                how == "another entry" ? "wi1:stock:lease" : NoteName,
                LeaseNotes.NewHolder(),
                _bench.Clock.Now - TimeSpan.FromSeconds(how == "another time" ? 10 : 0));
        if (how == "another time")
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(note, _bench.Clock.Now.UtcTicks);
        }

        _bench.Cache.Entries[NoteName] = note;

        Assert.Null(await _bench.ReadAsync(LeasingStore()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef")]
    [InlineData("something quite else than a note")]
    public async Task What_is_no_note_is_overwritten(string value)
    {
        _bench.Cache.Entries[NoteName] = System.Text.Encoding.UTF8.GetBytes(value);

        Assert.Null(await _bench.ReadAsync(LeasingStore()));

        Assert.True(Notes.Counts(NoteName, _bench.Cache.Entries[NoteName], _bench.Clock.Now));
        Assert.Equal(TimeSpan.FromSeconds(2), _bench.Cache.Lifetimes[NoteName]);
    }

    [Fact]
    public async Task While_the_one_who_asks_lives_the_others_wait_for_its_token()
    {
        var first = LeasingStore();
        Assert.Null(await _bench.ReadAsync(first));
        var before = _bench.Clock.Now;

        var waiting = _bench.ReadAsync(LeasingStore());
        await PauseAsync(waiting, until: before + TimeSpan.FromSeconds(8));
        Assert.False(waiting.IsCompleted);
        await first.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken("late"), default);

        Assert.Equal("late", (await ToEndAsync(waiting))?.Value);
        await Patience.UntilAsync(() => _bench.Clock.PendingTimers == 0);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_ten_seconds_even_for_the_living()
    {
        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        var before = _bench.Clock.Now;

        Assert.Null(await ToEndAsync(_bench.ReadAsync(LeasingStore())));

        Assert.InRange(_bench.Clock.Now - before, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Who_asked_in_vain_lets_the_others_go_at_once()
    {
        var first = LeasingStore();
        Assert.Null(await _bench.ReadAsync(first));
        var waiting = _bench.ReadAsync(LeasingStore());
        await PauseAsync(waiting, pauses: 2);
        var before = _bench.Clock.Now;

        first.Abandon(StoreBench.Partition, StoreBench.Request);
        await NoteEndsAsync();

        Assert.Null(await ToEndAsync(waiting));
        Assert.InRange(_bench.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(400));
        await Patience.UntilAsync(() => _bench.Clock.PendingTimers == 0);
    }

    [Fact]
    public async Task A_token_that_is_not_worth_keeping_lets_the_others_go_too()
    {
        var first = LeasingStore();
        Assert.Null(await _bench.ReadAsync(first));
        var waiting = _bench.ReadAsync(LeasingStore());
        await PauseAsync(waiting, pauses: 2);
        var before = _bench.Clock.Now;

        await first.WriteAsync(StoreBench.Partition, StoreBench.Request, _bench.NewToken(lifetime: TimeSpan.FromMinutes(1)), default);
        await NoteEndsAsync();

        Assert.Null(await ToEndAsync(waiting));
        Assert.InRange(_bench.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(400));
    }

    [Fact]
    public async Task A_refusal_of_one_process_sends_the_others_to_ask_for_themselves()
    {
        var (first, second) =
            (new ControlledCredential(_bench.Clock) { SharedAs = StoreBench.Partition },
                new ControlledCredential(_bench.Clock) { SharedAs = StoreBench.Partition });
        second.Answer = _ => TokenResult.Failed(new TokenError(TokenErrorKind.Refused, "no"));
        using var one = new TokenAcquirer(first, new TokenAcquirerOptions { Store = LeasingStore(), TimeProvider = _bench.Clock });
        using var two = new TokenAcquirer(second, new TokenAcquirerOptions { Store = LeasingStore(), TimeProvider = _bench.Clock });
        var asking = one.GetTokenAsync(StoreBench.Request).AsTask();
        var call = await first.NextAsync();
        var waiting = two.GetTokenAsync(StoreBench.Request).AsTask();
        await PauseAsync(waiting, until: _bench.Clock.Now + TimeSpan.FromSeconds(3));
        Assert.Equal(0, second.Calls);
        var before = _bench.Clock.Now;

        call.Fail(TokenErrorKind.Refused);

        await Assert.ThrowsAsync<TokenAcquisitionException>(() => asking);
        await NoteEndsAsync();
        await PauseAsync(waiting, pauses: int.MaxValue);
        await Assert.ThrowsAsync<TokenAcquisitionException>(() => waiting);
        Assert.Equal(1, second.Calls);
        Assert.InRange(_bench.Clock.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(400));
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
        _bench.Cache.Writes = (_, _) => throw new InvalidOperationException("full");

        Assert.Null(await _bench.ReadAsync(LeasingStore()));
        Assert.Null(await _bench.ReadAsync(LeasingStore()));

        // The probes behind the failure have a time limit; nothing else waits, and no time has passed.
        await Patience.UntilAsync(() => _bench.Clock.PendingTimers == 0);
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

    /// <summary>What a process that is gone has left.</summary>
    private void LeaveNote(DateTimeOffset written) =>
        _bench.Cache.Entries[NoteName] = Notes.Write(NoteName, LeaseNotes.NewHolder(), written);

    private Task NoteEndsAsync() => Patience.UntilAsync(() => !Notes.Counts(NoteName, _bench.Cache.Entries[NoteName], _bench.Clock.Now));

    private DistributedTokenStore LeasingStore() => _bench.Store(options => options.Lease = true);

    private async Task<AccessToken?> ToEndAsync(Task<AccessToken?> waiting)
    {
        await PauseAsync(waiting, pauses: int.MaxValue);
        return await waiting;
    }

    private Task PauseAsync(Task waiting, int pauses) => PauseAsync(waiting, pauses, DateTimeOffset.MaxValue);

    private Task PauseAsync(Task waiting, DateTimeOffset until) => PauseAsync(waiting, int.MaxValue, until);

    /// <summary>Lets pauses and renewals pass, and never the time limit of a call under way, which is longer than any of them.</summary>
    private async Task PauseAsync(Task waiting, int pauses, DateTimeOffset until)
    {
        for (var passed = 0; passed < pauses && _bench.Clock.Now < until && !waiting.IsCompleted; passed++)
        {
            await Patience.UntilAsync(() => waiting.IsCompleted || _bench.Clock.NextDue <= TimeSpan.FromMilliseconds(200));
            if (!waiting.IsCompleted)
            {
                _bench.Clock.Advance(_bench.Clock.NextDue!.Value);
            }
        }
    }
}
