namespace WorkloadIdentity.Schedules;

/// <summary>A wall clock whose time is a count of ticks.</summary>
internal sealed class ClockOfTicks : TimeProvider
{
    public long Tick { get; private set; }

    public void Advance() => Tick++;

    public long Read()
    {
        Points.Access();
        return Tick;
    }

    public override DateTimeOffset GetUtcNow() => new(Read(), TimeSpan.Zero);
}
