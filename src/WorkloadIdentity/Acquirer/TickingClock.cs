namespace WorkloadIdentity;

/// <summary>
/// The wall clock, read at most once in a tick of a coarse monotonic one, which costs a sixth and moves every 1 to 16 ms. Reading the wall
/// clock also makes a processor wait for all memory it has asked for. Safe for concurrent use.
/// </summary>
/// <param name="timeProvider">Only the system's clock has a coarse one beside it. Any other is read each time.</param>
/// <param name="ticks">In tests, instead of the system's.</param>
internal sealed class TickingClock(TimeProvider timeProvider, Func<long>? ticks = null)
{
    private const long None = -1;

    private readonly bool _isSystem = ticks is null && ReferenceEquals(timeProvider, TimeProvider.System);
    private volatile Reading? _last;

#pragma warning disable RS0030 // Time comes from TimeProvider; what this one says is only whether a little of it has passed.
    private long Tick => _isSystem ? Environment.TickCount64 : ticks?.Invoke() ?? None;
#pragma warning restore RS0030

    /// <summary>What the wall clock said in this tick.</summary>
    /// <param name="now">In UTC ticks.</param>
    /// <returns>False when it was not read in this tick yet.</returns>
    public bool TryGetNow(out long now)
    {
        if (_last is { } last && Tick == last.Tick)
        {
            now = last.UtcTicks;
            return true;
        }

        now = 0;
        return false;
    }

    /// <summary>What the wall clock says, for the rest of the tick too.</summary>
    public DateTimeOffset ReadNow()
    {
        // The tick first: what is kept under it was read after it began.
        var tick = Tick;
        var now = timeProvider.GetUtcNow();
        if (tick != None)
        {
            _last = new Reading(tick, now.UtcTicks);
        }

        return now;
    }

    private sealed record Reading(long Tick, long UtcTicks);
}
