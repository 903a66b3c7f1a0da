namespace WorkloadIdentity.IntegrationTests;

/// <summary>
/// Real time, which a test may jump ahead of: a rest of a minute takes no minute. Time limits are stretched while nothing should run into
/// one, so that a busy machine fails no test.
/// </summary>
internal sealed class ShiftedClock : TimeProvider
{
    private const int Stretch = 30;

    private long _shift;

    /// <summary>Whether timers keep to real time.</summary>
    public bool IsStrict { get; set; }

    public void Jump(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _shift);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, IsStrict || dueTime <= TimeSpan.Zero ? dueTime : dueTime * Stretch, period);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
