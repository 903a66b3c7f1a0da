namespace WorkloadIdentity.Tests;

/// <summary>Lets time pass for work that waits on it.</summary>
internal static class FakeClockExtensions
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Advances the clock in small steps until <paramref name="task"/> has ended, letting everything that can run do so before each step.
    /// Work that is still not done after <paramref name="limit"/> (an hour when not given) fails the test.
    /// </summary>
    public static async Task<T> RunUntilAsync<T>(this FakeClock clock, Task<T> task, TimeSpan? limit = null)
    {
        var end = clock.Now + (limit ?? TimeSpan.FromHours(1));
        while (true)
        {
            // With no timer set nothing waits for the clock: the work is running, and needs turns instead of time.
            for (var turn = 0; turn < (clock.PendingTimers > 0 ? 200 : 100_000) && !task.IsCompleted; turn++)
            {
                await Task.Yield();
            }

            if (task.IsCompleted)
            {
                return await task;
            }

            Assert.True(clock.Now < end, $"The work had not ended when the clock reached {clock.Now:O}.");
            clock.Advance(Step);
        }
    }

    public static Task<T> RunUntilAsync<T>(this FakeClock clock, ValueTask<T> task, TimeSpan? limit = null) => clock.RunUntilAsync(task.AsTask(), limit);
}
