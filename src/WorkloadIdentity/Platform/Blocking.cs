namespace WorkloadIdentity;

/// <summary>Waits for asynchronous work on behalf of a synchronous caller.</summary>
internal static class Blocking
{
    /// <summary>
    /// Starts the work and, if it is not done at once, blocks until it is. The work never sees the caller's synchronization context or task scheduler: whatever it
    /// posted there would wait for the very thread that waits here.
    /// </summary>
    public static T Wait<T>(Func<ValueTask<T>> start)
    {
        if (TaskScheduler.Current != TaskScheduler.Default)
        {
            return Task.Run(() => start().AsTask()).GetAwaiter().GetResult();
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

        return work.IsCompleted ? work.GetAwaiter().GetResult() : work.AsTask().GetAwaiter().GetResult();
    }
}
