namespace WorkloadIdentity.Tests;

/// <summary>
/// Time that moves when a test says so. Timers due within an advance fire in order, each at its own moment. The wall clock can be set apart
/// from the monotonic one, as a machine's clock can.
/// </summary>
internal sealed class FakeClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private long _elapsed;
    private DateTimeOffset _wallAtZero = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public DateTimeOffset Now => GetUtcNow();

    /// <summary>How many timers wait: a leak shows here.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How long until the first timer is due; null when none waits. It tells a pause from a time limit.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count == 0 ? null : TimeSpan.FromTicks(_timers.Min(timer => timer.DueAt) - _elapsed);
            }
        }
    }

    /// <summary>How often the wall clock was set.</summary>
    public int Settings { get; private set; }

    public override long GetTimestamp() => Interlocked.Read(ref _elapsed);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _wallAtZero + TimeSpan.FromTicks(_elapsed);
        }
    }

    /// <summary>Sets the wall clock alone, forward or backward.</summary>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_gate)
        {
            _wallAtZero = now - TimeSpan.FromTicks(_elapsed);
            Settings++;
        }
    }

    public void Advance(TimeSpan by)
    {
        var end = Interlocked.Read(ref _elapsed) + by.Ticks;
        while (true)
        {
            FakeTimer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
                Interlocked.Exchange(ref _elapsed, due is null ? end : Math.Max(_elapsed, due.DueAt));
                due?.Rearm(_elapsed, _timers);
            }

            if (due is null)
            {
                return;
            }

            due.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long DueAt { get; private set; }

        public void Fire() => callback(state);

        public void Rearm(long now, List<FakeTimer> timers)
        {
            if (_period > TimeSpan.Zero)
            {
                DueAt = now + _period.Ticks;
            }
            else
            {
                timers.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock._elapsed + dueTime.Ticks;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
