namespace WorkloadIdentity.Tests;

/// <summary>Waiting for something that is certain to come: a limit only turns a hang into a failure.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Yields until <paramref name="condition"/> holds.</summary>
    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => ValueTask.FromResult(condition()));

    /// <inheritdoc cref="UntilAsync(Func{bool})"/>
    public static async Task UntilAsync(Func<ValueTask<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "What the test waited for did not come.");
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock in steps until <paramref name="task"/> has ended.</summary>
    public static async Task<T> RunAsync<T>(this FakeClock clock, Task<T> task, TimeSpan? step = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!task.IsCompleted)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "The task did not end, however far the clock was moved.");
            if (clock.PendingTimers > 0)
            {
                clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            }

            // What a timer set off gets ample room to run before time moves on.
            for (var i = 0; i < 200 && !task.IsCompleted; i++)
            {
                await Task.Yield();
            }
        }

        return await task;
    }
}
