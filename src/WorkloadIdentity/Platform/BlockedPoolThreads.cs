namespace WorkloadIdentity;

/// <summary>
/// Raises the minimum of the thread pool by one for each of its threads that is blocked here, so that the pool replaces the thread at once.
/// The answer that the blocked threads wait for needs a thread of the pool. Left to itself the pool adds a thread every 250 ms, and gives
/// it to the next caller that blocks. Safe for concurrent use. There is one thread pool, so there is one of these.
/// </summary>
/// <param name="minimum">Gives the pool's minimum.</param>
/// <param name="setMinimum">Sets it; false when the pool does not take the number.</param>
internal sealed class BlockedPoolThreads(Func<int> minimum, Func<int, bool> setMinimum)
{
    /// <summary>Threads cost memory. Callers beyond this number wait at the pool's own pace.</summary>
    public const int MaxReplaced = 1_000;

    private readonly Lock _gate = new();
    private object _era = new();
    private int _replaced;
    private int _set;

    /// <summary>Those of the process.</summary>
    public static BlockedPoolThreads OfProcess() => new(
        () =>
        {
            ThreadPool.GetMinThreads(out var threads, out _);
            return threads;
        },
        threads =>
        {
            ThreadPool.GetMinThreads(out _, out var forCompletions);
            return ThreadPool.SetMinThreads(threads, forCompletions);
        });

    /// <summary>Says that this thread is about to block. What it gives is to be returned; null when the pool was left alone.</summary>
    public object? Replace()
    {
        lock (_gate)
        {
            var now = minimum();
            if (now != _set)
            {
                // Other code has changed the minimum, so it is left as it is.
                (_era, _replaced, _set) = (new object(), 0, now);
            }

            if (_replaced == MaxReplaced || !setMinimum(now + 1))
            {
                return null;
            }

            _replaced++;
            _set = now + 1;
            return _era;
        }
    }

    /// <summary>Says that the thread goes on.</summary>
    /// <param name="replacement">What <see cref="Replace"/> gave.</param>
    public void Return(object? replacement)
    {
        if (replacement is null)
        {
            return;
        }

        lock (_gate)
        {
            if (ReferenceEquals(replacement, _era) && minimum() == _set && setMinimum(_set - 1))
            {
                _replaced--;
                _set--;
            }
        }
    }
}
