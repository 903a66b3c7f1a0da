namespace WorkloadIdentity.Tests;

/// <summary>Lets something happen when the wall clock is read the next time, before it answers.</summary>
internal sealed class ClockThatPauses(FakeClock clock) : TimeProvider
{
    private Action? _meanwhile;

    public Action Meanwhile { set => _meanwhile = value; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Exchange(ref _meanwhile, null)?.Invoke();
        return clock.GetUtcNow();
    }
}
