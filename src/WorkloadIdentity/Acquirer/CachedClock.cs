namespace WorkloadIdentity;

/// <summary>
/// Caches the wall clock for one tick of <c>Environment.TickCount64</c> (1 to 16 ms). The tick count is about six times cheaper to
/// read, and reading it does not make the processor wait for memory. Safe for concurrent use, without a lock and without allocations.
/// </summary>
/// <param name="timeProvider">Only the system's clock is cached. Any other clock is read each time.</param>
/// <param name="ticks">The tick count that tests use; null for the system's.</param>
internal sealed class CachedClock(TimeProvider timeProvider, Func<long>? ticks = null)
{
    private const long None = -1;

    // A thread writes the reading. Until it has finished, the others read the wall clock.
    private const long Writing = -2;

    private readonly bool _isSystem = ticks is null && ReferenceEquals(timeProvider, TimeProvider.System);
    private long _tick = None;
    private long _utcTicks;

#pragma warning disable RS0030 // Time comes from TimeProvider. The tick count only says whether some of it has passed.
    private long Tick => _isSystem ? Environment.TickCount64 : ticks?.Invoke() ?? None;
#pragma warning restore RS0030

    /// <summary>The time in UTC ticks, as it was read in this tick of the tick count.</summary>
    /// <param name="isNewReading">Whether the wall clock was read just now.</param>
    public long GetUtcTicks(out bool isNewReading)
    {
        // The time belongs to the tick if the tick is the same before and after the time was read. Another thread may have written a new
        // reading of the same tick in between. Then both are of this tick, and either is right.
        var tick = Volatile.Read(ref _tick);
        var now = Volatile.Read(ref _utcTicks);
        isNewReading = tick < 0 || tick != Tick || tick != Volatile.Read(ref _tick);
        return isNewReading ? ReadUtcTicks() : now;
    }

    /// <summary>Reads the wall clock, and caches what it says for the rest of the tick.</summary>
    public long ReadUtcTicks()
    {
        // The tick count is read first, so that the time was read after the tick began.
        var tick = Tick;
        var now = timeProvider.GetUtcNow().UtcTicks;
        var last = Volatile.Read(ref _tick);
        if (tick != None && last != Writing && Interlocked.CompareExchange(ref _tick, Writing, last) == last)
        {
            Volatile.Write(ref _utcTicks, now);
            Volatile.Write(ref _tick, tick);
        }

        return now;
    }
}
