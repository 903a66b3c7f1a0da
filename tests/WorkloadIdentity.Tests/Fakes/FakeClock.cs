namespace WorkloadIdentity.Tests;

/// <summary>
/// Time that moves when a test says so. Timers due within an advance fire in order, each at its own moment. The wall clock can be set apart
/// from the monotonic one, as a machine's clock can; <c>FakeTimeProvider</c> of Microsoft.Extensions.TimeProvider.Testing cannot do that.
/// </summary>
internal sealed class FakeClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;
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

    /// <summary>How many pauses wait (see <see cref="IsAwaited"/>). Time limits do not count.</summary>
    public int Pauses
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count(timer => timer.IsPause);
            }
        }
    }

    /// <summary>How long until the first timer is due; null when none waits.</summary>
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

    /// <summary>How long until the first pause ends, a <see cref="Task.Delay(TimeSpan, TimeProvider)"/>; null without one.</summary>
    public TimeSpan? NextPause
    {
        get
        {
            lock (_gate)
            {
                return _timers.Exists(timer => timer.IsPause)
                    ? TimeSpan.FromTicks(_timers.Where(timer => timer.IsPause).Min(timer => timer.DueAt) - _elapsed)
                    : null;
            }
        }
    }

    /// <summary>
    /// Whether only time can bring the work on: it pauses (a <see cref="Task.Delay(TimeSpan, TimeProvider)"/>), a timer is due already, or
    /// a fake holds an answer back. While there are only time limits, the work is running, however slowly.
    /// </summary>
    public bool IsAwaited
    {
        get
        {
            lock (_gate)
            {
                return _held > 0 || _timers.Exists(timer => timer.IsPause || timer.DueAt <= _elapsed);
            }
        }
    }

    /// <summary>Ends at the next change of what waits on the clock. Get it before you look at the clock.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
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

    /// <summary>Moves time on. What a timer resumes has run as far as it can when this returns, unless it goes on another thread.</summary>
    public void Advance(TimeSpan by) => WithoutContext.Run(() =>
    {
        AdvanceHere(by);
        return true;
    });

    /// <summary>Tells the clock that a fake holds back an answer. Time may pass until the answer is there or the caller gives up.</summary>
    public void Hold(Task answer, CancellationToken givenUp)
    {
        var isOver = 0;
        Count(1);
        givenUp.UnsafeRegister(_ => End(), null);
        answer.ContinueWith(_ => End(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        void End() => Count(Interlocked.Exchange(ref isOver, 1) - 1);
    }

    /// <summary>An answer that never comes. It ends when the caller gives up.</summary>
    public Task<T> HangAsync<T>(CancellationToken givenUp) => HangForeverAsync<T>(givenUp).WaitAsync(givenUp);

    /// <summary>An answer that never comes, even after the caller has given up.</summary>
    public Task<T> HangForeverAsync<T>(CancellationToken givenUp)
    {
        var never = new TaskCompletionSource<T>().Task;
        Hold(never, givenUp);
        return never;
    }

    private void AdvanceHere(TimeSpan by)
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

    private void Count(int more)
    {
        lock (_gate)
        {
            _held += more;
            TellChange();
        }
    }

    private void TellChange()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public long DueAt { get; private set; }

        /// <summary>
        /// A time limit is a timer too (<see cref="CancellationTokenSource"/>, <see cref="Task.WaitAsync(TimeSpan, TimeProvider)"/>). Only
        /// the runtime's own task for a delay tells a pause.
        /// </summary>
        public bool IsPause { get; } = state is Task && state.GetType().Name.StartsWith("DelayPromise", StringComparison.Ordinal);

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

                clock.TellChange();
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                clock.TellChange();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
