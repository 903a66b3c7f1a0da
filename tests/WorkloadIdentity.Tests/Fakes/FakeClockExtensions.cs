namespace WorkloadIdentity.Tests;

/// <summary>Lets time pass for work that waits on it.</summary>
internal static class FakeClockExtensions
{
    private const int FewTurns = 200;
    private const int ManyTurns = 5_000;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>Starts work and lets time pass until it ends.</summary>
    /// <remarks>
    /// It is started without the test's synchronization context, so that what a timer resumes runs inside the advance that fired it:
    /// no step can be taken before the work has reacted to the one before.
    /// </remarks>
    public static Task<T> RunUntilAsync<T>(this FakeClock clock, Func<ValueTask<T>> work, TimeSpan? limit = null)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        Task<T> task;
        try
        {
            task = work().AsTask();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return clock.RunUntilAsync(task, limit);
    }

    /// <summary>
    /// Advances the clock in small steps until <paramref name="task"/> has ended. Work that is not done after <paramref name="limit"/>
    /// (an hour when not given) fails the test.
    /// </summary>
    public static async Task<T> RunUntilAsync<T>(this FakeClock clock, Task<T> task, TimeSpan? limit = null)
    {
        var end = clock.Now + (limit ?? TimeSpan.FromHours(1));
        var fired = false;
        while (true)
        {
            // Where no timer waits the work is running, and where one has fired it is about to: it needs turns, not time.
            var waiting = clock.PendingTimers;
            var turns = fired || waiting == 0 ? ManyTurns : FewTurns;
            for (var turn = 0; turn < turns && !task.IsCompleted && clock.PendingTimers <= waiting; turn++)
            {
                await Task.Yield();
            }

            if (task.IsCompleted)
            {
                return await task;
            }

            Assert.True(clock.Now < end, $"The work had not ended when the clock reached {clock.Now:O}.");
            waiting = clock.PendingTimers;
            clock.Advance(Step);
            fired = clock.PendingTimers < waiting;
        }
    }
}
