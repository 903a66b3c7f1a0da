namespace WorkloadIdentity.Chaos;

/// <summary>
/// Time that runs faster, so that a minute of ours is half an hour of theirs. What is beside another clock runs with it, and its wall clock
/// alone can be set wrong: timers and measured times go on, as they do on a machine whose clock somebody sets.
/// </summary>
internal sealed class FastClock : TimeProvider
{
    private readonly double _speed;
    private readonly DateTimeOffset _origin;
    private readonly long _started;
    private long _offset;
    private int _timesSet;

    public FastClock(double speed) : this(speed, System.GetUtcNow(), System.GetTimestamp())
    {
    }

    private FastClock(double speed, DateTimeOffset origin, long started) => (_speed, _origin, _started) = (speed, origin, started);

    /// <summary>How far the wall clock is from the truth.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _offset));
        set
        {
            Volatile.Write(ref _offset, value.Ticks);
            Interlocked.Increment(ref _timesSet);
        }
    }

    /// <summary>How often it was set: what was judged by it before is judged by another clock now.</summary>
    public int TimesSet => Volatile.Read(ref _timesSet);

    /// <summary>What the wall clock should say.</summary>
    public DateTimeOffset TrueNow => _origin + Elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Another machine's clock.</summary>
    public FastClock Beside() => new(_speed, _origin, _started);

    public override DateTimeOffset GetUtcNow() => TrueNow + Offset;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new FastTimer(System.CreateTimer(callback, state, Real(dueTime), Real(period)), this);

    private TimeSpan Elapsed => System.GetElapsedTime(_started) * _speed;

    private TimeSpan Real(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / _speed;

    private sealed class FastTimer(ITimer timer, FastClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Real(dueTime), clock.Real(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
