namespace WorkloadIdentity;

/// <summary>
/// A monotonic clock that a hit can afford: a sixth of what the wall clock costs, because it moves only every 1 to 16 ms. It decides nothing
/// by itself: what the wall clock said holds until the tick is over.
/// </summary>
/// <param name="timeProvider">Only the system's clock has a coarse one beside it. With any other the wall clock is read each time.</param>
/// <param name="ticks">In tests, instead of the system's.</param>
internal sealed class CoarseClock(TimeProvider timeProvider, Func<long>? ticks = null)
{
    /// <summary>There is no such clock: every hit reads the wall clock.</summary>
    public const long None = -1;

    private readonly bool _isSystem = ticks is null && ReferenceEquals(timeProvider, TimeProvider.System);

#pragma warning disable RS0030 // Time comes from TimeProvider; what this one says is only whether a little of it has passed.
    public long Tick => _isSystem ? Environment.TickCount64 : ticks?.Invoke() ?? None;
#pragma warning restore RS0030
}
