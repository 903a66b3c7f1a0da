namespace WorkloadIdentity.DistributedCache;

/// <summary>Calls foreign code that may block, hang or ignore cancellation, and returns within the time limit.</summary>
internal sealed class LimitedCall(TimeSpan timeLimit, TimeProvider timeProvider)
{
    public TimeSpan TimeLimit => timeLimit;

    /// <summary>Makes a call.</summary>
    /// <param name="call">The call.</param>
    /// <param name="failsLate">Gets the exception of a call that fails after it was abandoned.</param>
    /// <param name="end">Ends the call.</param>
    /// <exception cref="OperationCanceledException">
    /// The call took longer than the time limit, or <paramref name="end"/> was cancelled.
    /// </exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, Action<Exception> failsLate, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(timeLimit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        var token = either.Token;

        // On its own thread: some caches connect, or wait for a lock, before they return a task.
        var running = Task.Run(() => call(token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!running.IsCompleted)
        {
            _ = running.ContinueWith(
                late => failsLate(late.Exception!.InnerException!),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
