namespace WorkloadIdentity.Tests;

/// <summary>How many entries of users there are, which go first, and how long they stay.</summary>
public sealed class OnBehalfOfCacheTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeClock _clock = new();
    private readonly FakeMeters _meters = new();
    private readonly ControlledCredential _credential;
    private readonly List<IDisposable> _owned = [];

    public OnBehalfOfCacheTests() => _credential = new ControlledCredential(_clock);

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _meters.Dispose();
    }

    // ---- the capacity

    [Theory]
    [InlineData(160, 10)]
    [InlineData(16, 1)]
    [InlineData(3, 1)]
    public async Task A_full_cache_makes_room_for_a_sixteenth_of_its_capacity(int capacity, int share)
    {
        IssueAtOnce();
        var cache = NewCache(capacity);
        await AddAsync(cache, 0, capacity);
        Assert.Equal(capacity, cache.Count);

        await AddAsync(cache, capacity, 1);

        Assert.Equal(capacity - share + 1, cache.Count);
        Assert.Equal(share, _meters.Of("workload_identity.cache.evictions").Sum(measured => measured.Value));

        // Those that were used least recently were removed.
        await AddAsync(cache, share, 1);
        Assert.Equal(capacity + 1, _credential.Calls);
        await AddAsync(cache, share - 1, 1);
        Assert.Equal(capacity + 2, _credential.Calls);
    }

    [Fact]
    public async Task The_cache_never_holds_more_than_its_capacity()
    {
        IssueAtOnce();
        var cache = NewCache(160);
        for (var user = 0; user < 400; user++)
        {
            await AddAsync(cache, user, 1);
            Assert.InRange(cache.Count, 1, 160);
        }
    }

    [Fact]
    public async Task After_more_acquisitions_at_once_than_its_capacity_the_cache_returns_to_it()
    {
        var cache = NewCache(160);
        await AddAtOnceAsync(cache, 300);
        Assert.Equal(300, cache.Count);
        IssueAtOnce();

        await AddAsync(cache, 300, 10);
        Assert.InRange(cache.Count, 1, 160);
        for (var user = 310; user < 500; user++)
        {
            await AddAsync(cache, user, 1);
            Assert.InRange(cache.Count, 1, 160);
        }
    }

    [Fact]
    public async Task After_such_a_crowd_has_left_the_cache_keeps_its_capacity()
    {
        var cache = NewCache(160);
        await AddAtOnceAsync(cache, 165);
        IssueAtOnce();

        // The entries leave the cache after a day, because the assertions have no expiry.
        _clock.Advance(TimeSpan.FromDays(2));
        await AddAsync(cache, 165, 1);
        await Patience.UntilAsync(() => cache.Count == 1);
        for (var user = 166; user < 400; user++)
        {
            await AddAsync(cache, user, 1);
            Assert.InRange(cache.Count, 1, 160);
        }
    }

    [Fact]
    public async Task A_refresh_that_ends_does_not_count_as_a_use()
    {
        var cache = NewCache(2);
        await AddAtOnceAsync(cache, 2);
        _clock.Advance(TimeSpan.FromMinutes(59.5));
        var (one, two) = (cache.GetOrAdd(User(0)), cache.GetOrAdd(User(1)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(two, cache.GetOrAdd(User(1)));
        var getting = one.GetAsync(User(0), CancellationToken.None).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        await getting;
        IssueAtOnce();

        await AddAsync(cache, 2, 1);

        // The one that was used least recently was removed.
        Assert.Same(two, cache.GetOrAdd(User(1)));
        Assert.NotSame(one, cache.GetOrAdd(User(0)));
    }

    // ---- one entry for each user

    [Fact]
    public async Task Callers_who_ask_for_a_new_user_at_the_same_time_get_one_entry()
    {
        var clock = new ClockThatPauses(_clock);
        var cache = NewCache(16, clock);
        TokenCacheEntry? second = null;
        var other = new Thread(() => second = cache.GetOrAdd(User(1)));

        // The first caller reads the clock when it looks for the entry, and again under the lock, before it adds one. At that moment the
        // other caller looks for the entry too, and waits for the lock.
        var waits = false;
        clock.Readings = 1;
        clock.Meanwhile = () =>
        {
            other.Start();
            waits = SpinWait.SpinUntil(() => other.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience.Limit);
        };
        var first = await Task.Run(() => cache.GetOrAdd(User(1)));

        Assert.True(other.Join(Patience.Limit));
        Assert.True(waits);
        Assert.Same(first, second);
    }

    [Fact]
    public async Task An_entry_that_has_left_the_cache_does_not_take_the_place_of_another_one()
    {
        var cache = NewCache(16);
        var left = cache.GetOrAdd(User(1));
        var getting = left.GetAsync(User(1), CancellationToken.None).AsTask();
        var acquisition = await _credential.NextAsync();

        // The time limit of the acquisition is measured on the other clock.
        _clock.SetWallClock(_clock.Now.AddDays(2));
        var next = cache.GetOrAdd(User(1));
        Assert.NotSame(left, next);
        acquisition.Issue(_credential.NewToken(Hour));
        await getting;

        Assert.Same(next, cache.GetOrAdd(User(1)));
    }

    [Fact]
    public async Task An_acquisition_that_ends_after_disposal_leaves_the_cache_alone()
    {
        var cache = NewCache(16);
        var getting = cache.GetOrAdd(User(1)).GetAsync(User(1), CancellationToken.None).AsTask();
        var acquisition = await _credential.NextAsync();

        cache.Dispose();
        var token = acquisition.Issue(_credential.NewToken(Hour));

        Assert.Same(token.Value, (await getting)!.Value);
        Assert.Throws<ObjectDisposedException>(() => cache.GetOrAdd(User(1)));
    }

    // ---- how long an entry stays

    [Theory]
    [InlineData(-3600, 60)]
    [InlineData(59, 60)]
    [InlineData(3600, 3600)]
    [InlineData(7 * 86_400, 86_400)]
    public void An_entry_stays_until_the_assertion_expires_at_least_a_minute_and_at_most_a_day(int left, int stays) =>
        Assert.Equal(TimeSpan.FromSeconds(stays), OnBehalfOfCache.Stay(TimeSpan.FromSeconds(left)));

    [Fact]
    public async Task An_entry_leaves_the_cache_at_its_end_on_the_acquirers_clock()
    {
        IssueAtOnce();
        var cache = NewCache(16);
        var entry = cache.GetOrAdd(User(1));
        await AddAsync(cache, 1, 1);

        _clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Same(entry, cache.GetOrAdd(User(1)));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.NotSame(entry, cache.GetOrAdd(User(1)));
    }

    private static TokenRequest User(int n) => new("api://orders/.default") { UserAssertion = $"user-{n}" };

    private void IssueAtOnce() => _credential.Answer = _ => TokenResult.Issued(_credential.NewToken(Hour));

    /// <summary>Gets the tokens of users one after the other. Each is used later than the one before.</summary>
    private async Task AddAsync(OnBehalfOfCache cache, int first, int count)
    {
        for (var user = first; user < first + count; user++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await cache.GetOrAdd(User(user)).GetAsync(User(user), CancellationToken.None);
        }
    }

    /// <summary>Gets the tokens of users with all acquisitions in flight at once.</summary>
    private async Task AddAtOnceAsync(OnBehalfOfCache cache, int count)
    {
        var getting = Enumerable.Range(0, count)
            .Select(user => cache.GetOrAdd(User(user)).GetAsync(User(user), CancellationToken.None).AsTask())
            .ToList();
        for (var user = 0; user < count; user++)
        {
            (await _credential.NextAsync()).Issue(_credential.NewToken(Hour));
        }

        await Task.WhenAll(getting);
    }

    private OnBehalfOfCache NewCache(int capacity, TimeProvider? clock = null)
    {
        var options = new TokenAcquirerOptions
        {
            TimeProvider = clock ?? _clock,
            Jitter = () => 0,
            MeterFactory = _meters,
            MaxConcurrentAcquisitions = 1_000,
        };
        var setup = new AcquirerSetup(_credential, options.Checked());
        var runner = new AcquisitionRunner(setup);
        var cache = new OnBehalfOfCache(setup, runner, capacity);
        _owned.AddRange([runner, cache]);
        return cache;
    }
}
