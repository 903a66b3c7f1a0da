namespace WorkloadIdentity;

/// <summary>Waits for asynchronous work on behalf of a synchronous caller.</summary>
internal static class Blocking
{
    private static readonly BlockedPoolThreads Blocked = BlockedPoolThreads.OfProcess();

    /// <summary>
    /// Starts the work and, if it is not done at once, blocks until it is. The work never sees the caller's synchronization context or task
    /// scheduler: whatever it posted there would wait for the very thread that waits here. Nor does it wait for the thread pool that
    /// callers like this one have filled.
    /// </summary>
    public static T Wait<T>(Func<ValueTask<T>> start) => Wait(static work => work(), start);

    /// <summary>The same, of work that is given what it needs, so that starting it allocates nothing.</summary>
    public static T Wait<TState, T>(Func<TState, ValueTask<T>> start, TState state)
    {
        if (TaskScheduler.Current != TaskScheduler.Default)
        {
            return WaitOnPool(start, state);
        }

        var context = SynchronizationContext.Current;
        ValueTask<T> work;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work = start(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return work.IsCompleted ? work.GetAwaiter().GetResult() : Wait(work.AsTask());
    }

    // Apart, because its lambda would cost every caller an allocation.
    private static T WaitOnPool<TState, T>(Func<TState, ValueTask<T>> start, TState state) =>
        Wait(Task.Run(() => start(state).AsTask()));

    private static T Wait<T>(Task<T> work)
    {
        var replacement = Thread.CurrentThread.IsThreadPoolThread ? Blocked.Replace() : null;
        try
        {
            return work.GetAwaiter().GetResult();
        }
        finally
        {
            Blocked.Return(replacement);
        }
    }
}
