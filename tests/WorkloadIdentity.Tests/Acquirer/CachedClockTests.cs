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
    public void A_clock_that_is_not_the_systems_is_read_each_time()
    {
        var clock = new CachedClock(_wall);
        clock.GetUtcTicks(out _);
        _wall.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(_wall.Now.UtcTicks, clock.GetUtcTicks(out var isNew));
        Assert.True(isNew);
    }
}
