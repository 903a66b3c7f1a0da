namespace WorkloadIdentity.Azure;

/// <summary>Waits for a token on behalf of a synchronous client.</summary>
internal static class SynchronousWait
{
    /// <summary>
    /// Starts the work; a held token is there at once and nothing blocks. Otherwise blocks until the work is done, which never sees the caller's
    /// synchronization context or task scheduler: whatever it posted there would wait for the very thread that waits here.
    /// </summary>
    public static T For<T>(Func<ValueTask<T>> start)
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
