namespace WorkloadIdentity.Governance;

/// <summary>
/// Allows so many units in any window of time. Units count from the moment a request is sent until one window after it has ended: the
/// server saw it at some time in between. Safe for concurrent use.
/// </summary>
internal sealed class WindowLimiter(int capacity, TimeSpan window, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Queue<(long EndedAt, int Units)> _ended = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _pausedAt = timeProvider.GetTimestamp();
    private TimeSpan _pause;
    private int _running;
    private int _counted;

    /// <summary>Waits until there is room for the units. A request that needs more than there is takes all.</summary>
    public async ValueTask TakeAsync(int units, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (Wait(Math.Min(units, capacity)) is { } wait)
        {
            await wait(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A request has ended. <paramref name="spent"/> is what the server counted.</summary>
    public void End(int taken, int spent)
    {
        lock (_gate)
        {
            _running -= Math.Min(taken, capacity);
            spent = Math.Min(spent, capacity);
            _ended.Enqueue((timeProvider.GetTimestamp(), spent));
            _counted += spent;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    /// <summary>Sends nothing for a while. A pause never shortens an earlier one.</summary>
    public void Pause(TimeSpan delay)
    {
        lock (_gate)
        {
            if (delay > Left())
            {
                _pausedAt = timeProvider.GetTimestamp();
                _pause = delay;
            }
        }
    }

    /// <summary>A delay is cut to whole milliseconds. One that is cut to nothing would end at once, again and again.</summary>
    private static TimeSpan Whole(TimeSpan delay) => TimeSpan.FromMilliseconds(Math.Ceiling(delay.TotalMilliseconds));

    private TimeSpan Left() => _pause - timeProvider.GetElapsedTime(_pausedAt);

    /// <summary>Takes the units and returns null, or returns what to wait for.</summary>
    private Func<CancellationToken, Task>? Wait(int units)
    {
        lock (_gate)
        {
            while (_ended.TryPeek(out var oldest) && timeProvider.GetElapsedTime(oldest.EndedAt) >= window)
            {
                _counted -= _ended.Dequeue().Units;
            }

            if (Left() is { } left && left > TimeSpan.Zero)
            {
                return cancellation => Task.Delay(Whole(left), timeProvider, cancellation);
            }

            if (_running + _counted + units <= capacity)
            {
                _running += units;
                return null;
            }

            if (_ended.TryPeek(out var first))
            {
                var rest = window - timeProvider.GetElapsedTime(first.EndedAt);
                return cancellation => Task.Delay(Whole(rest), timeProvider, cancellation);
            }

            var changed = _changed.Task;
            return cancellation => changed.WaitAsync(cancellation);
        }
    }
}
