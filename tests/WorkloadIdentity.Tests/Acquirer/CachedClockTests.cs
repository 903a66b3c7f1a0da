namespace WorkloadIdentity.Tests;

public sealed class CachedClockTests
{
    private readonly FakeClock _wall = new();
    private long _tick;

    [Fact]
    public void The_wall_clock_is_read_once_in_a_tick()
    {
        var clock = new CachedClock(_wall, () => _tick);
        var first = clock.GetUtcTicks(out var isNew);
        Assert.True(isNew);

        _wall.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal(first, clock.GetUtcTicks(out isNew));
        Assert.False(isNew);

        _tick++;
        Assert.Equal(_wall.Now.UtcTicks, clock.GetUtcTicks(out isNew));
        Assert.True(isNew);
    }

    [Fact]
    public void A_reading_that_was_asked_for_is_cached_for_the_rest_of_the_tick()
    {
        var clock = new CachedClock(_wall, () => _tick);
        clock.GetUtcTicks(out _);
        _wall.Advance(TimeSpan.FromMilliseconds(5));

        var read = clock.ReadUtcTicks();

        Assert.Equal(_wall.Now.UtcTicks, read);
        Assert.Equal(read, clock.GetUtcTicks(out var isNew));
        Assert.False(isNew);
    }

    [Fact]
    public void Reading_the_clock_allocates_nothing()
    {
        var clock = new CachedClock(TimeProvider.System, () => ++_tick);
        Read(clock, 1000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(clock, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Threads_that_read_at_once_never_get_the_time_of_another_tick()
    {
        // On this clock the time is the tick, so a time that belongs to another tick shows.
        var clock = new CachedClock(new ClockOfTicks(this), () => Volatile.Read(ref _tick));
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (var reading = 0; reading < 200_000; reading++)
            {
                var before = Volatile.Read(ref _tick);
                var now = reading % 64 == 0 ? clock.ReadUtcTicks() : clock.GetUtcTicks(out var _);
                Assert.InRange(now, before, Volatile.Read(ref _tick));
                if (reading % 8 == 0)
                {
                    Interlocked.Increment(ref _tick);
                }
            }
        }));

        await Task.WhenAll(readers);
    }

    [Fact]
    public void A_clock_that_is_not_the_systems_is_read_each_time()
    {
        var clock = new CachedClock(_wall);
        clock.GetUtcTicks(out _);
        _wall.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(_wall.Now.UtcTicks, clock.GetUtcTicks(out var isNew));
        Assert.True(isNew);
    }

    private static void Read(CachedClock clock, int times)
    {
        for (var reading = 0; reading < times; reading++)
        {
            clock.GetUtcTicks(out var isNew);
            Assert.True(isNew);
        }
    }

    private sealed class ClockOfTicks(CachedClockTests tests) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref tests._tick), TimeSpan.Zero);
    }
}
