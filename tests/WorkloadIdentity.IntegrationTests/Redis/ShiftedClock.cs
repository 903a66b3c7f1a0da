namespace WorkloadIdentity.IntegrationTests;

/// <summary>Real time, which a test may jump ahead of: a rest of a minute takes no minute. Timers keep to real time.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _shift, by.Ticks);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => System.GetElapsedTime(0).Ticks + Interlocked.Read(ref _shift);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
