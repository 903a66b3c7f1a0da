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
    public static T Wait<T>(Func<ValueTask<T>> start)
    {
        if (TaskScheduler.Current != TaskScheduler.Default)
        {
            return Wait(Task.Run(() => start().AsTask()));
        }

        var context = SynchronizationContext.Current;
        ValueTask<T> work;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            work = start();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return work.IsCompleted ? work.GetAwaiter().GetResult() : Wait(work.AsTask());
    }

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
