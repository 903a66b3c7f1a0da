namespace WorkloadIdentity.Tests;

/// <summary>Lets something happen when the wall clock is read, before it answers: once, the next time or later.</summary>
internal sealed class ClockThatPauses(FakeClock clock) : TimeProvider
{
    private Action? _meanwhile;
    private int _readings;

    public Action Meanwhile { set => _meanwhile = value; }

    /// <summary>How many readings pass first.</summary>
    public int Readings { set => _readings = value; }

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        if (Interlocked.Decrement(ref _readings) < 0)
        {
            Interlocked.Exchange(ref _meanwhile, null)?.Invoke();
        }

        return clock.GetUtcNow();
    }
}
