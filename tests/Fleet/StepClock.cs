namespace Fleet;

/// <summary>
/// Time that moves from timer to timer when it is told to. Timers of the same moment fire together, and then work goes on until nothing is
/// left to do. So a call to a real server takes no time of this clock.
/// </summary>
internal sealed class StepClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly SortedSet<(long DueAt, long Number, Step Timer)> _timers = new(
        Comparer<(long DueAt, long Number, Step Timer)>.Create(
            (one, other) => (one.DueAt, one.Number).CompareTo((other.DueAt, other.Number))));

    private long _elapsed;
    private long _changes;
    private int _pauses;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How often a timer was set or ended: whether it rises tells whether work goes on.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    /// <summary>How many pauses wait: a <see cref="Task.Delay(TimeSpan, TimeProvider)"/>, and no time limit.</summary>
    public int Pauses => Volatile.Read(ref _pauses);

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _elapsed);

    /// <summary>Moves on.</summary>
    /// <param name="by">How far.</param>
    /// <param name="settle">Waits until what the timers resumed has nothing left to do. Called after those of each moment.</param>
    public async Task AdvanceAsync(TimeSpan by, Func<Task> settle)
    {
        var end = GetTimestamp() + by.Ticks;
        while (TakeDue(end) is { Count: > 0 } due)
        {
            due.ForEach(timer => timer.Fire());
            await settle();
        }

        Interlocked.Exchange(ref _elapsed, end);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period != Timeout.InfiniteTimeSpan)
        {
            throw new NotSupportedException("No timer of the library repeats itself; this clock has none that does.");
        }

        var timer = new Step(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>All timers of the first moment that is due, which is then now.</summary>
    private List<Step> TakeDue(long end)
    {
        lock (_gate)
        {
            var due = new List<Step>();
            while (_timers.Count > 0 && _timers.Min is var first && first.DueAt <= end && (due.Count == 0 || first.DueAt <= _elapsed))
            {
                Interlocked.Exchange(ref _elapsed, Math.Max(_elapsed, first.DueAt));
                first.Timer.Remove();
                due.Add(first.Timer);
            }

            return due;
        }
    }

    private sealed class Step(StepClock clock, TimerCallback callback, object? state) : ITimer
    {
        private readonly int _pauses = state is Task && state.GetType().Name.StartsWith("DelayPromise", StringComparison.Ordinal) ? 1 : 0;
        private (long DueAt, long Number, Step Timer)? _entry;

        public void Fire() => callback(state);

        /// <summary>It waits no more. The caller has the clock's lock.</summary>
        public void Remove()
        {
            if (_entry is { } entry)
            {
                clock._timers.Remove(entry);
                clock._pauses -= _pauses;
                _entry = null;
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                Remove();
                var number = Interlocked.Increment(ref clock._changes);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    var entry = (clock._elapsed + dueTime.Ticks, number, this);
                    clock._timers.Add(entry);
                    clock._pauses += _pauses;
                    _entry = entry;
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
