namespace WorkloadIdentity.Tests;

/// <summary>Lets time pass for work that waits on it.</summary>
internal static class FakeClockExtensions
{
    /// <inheritdoc cref="RunUntilAsync{T}(FakeClock, Task{T}, TimeSpan?)"/>
    /// <summary>Starts work and lets time pass until it ends.</summary>
    public static Task<T> RunUntilAsync<T>(this FakeClock clock, Func<ValueTask<T>> work, TimeSpan? limit = null) =>
        clock.RunUntilAsync(WithoutContext.Run(() => work().AsTask()), limit);

    /// <summary>
    /// Moves the clock from timer to timer until <paramref name="task"/> has ended. Work that is not done after <paramref name="limit"/>
    /// (an hour when not given) fails the test.
    /// </summary>
    /// <remarks>
    /// Time passes only while something waits for it (<see cref="FakeClock.IsAwaited"/>). Work that runs on another thread takes no time of
    /// this clock, however busy the machine is.
    /// </remarks>
    public static async Task<T> RunUntilAsync<T>(this FakeClock clock, Task<T> task, TimeSpan? limit = null)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            var changed = clock.Changed;
            if (task.IsCompleted)
            {
                return await task;
            }

            if (clock.IsAwaited && clock.NextDue is { } due)
            {
                var passed = clock.GetElapsedTime(started) + due;
                Assert.True(
                    passed <= (limit ?? TimeSpan.FromHours(1)), $"The work has not ended, and its next timer is due after {passed}.");
                clock.Advance(due);
                continue;
            }

            var first = Task.WhenAny(task, changed).WaitAsync(Patience.Limit);
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(
                first.IsCompletedSuccessfully,
                "The work has not ended and waits for nothing that this clock knows. A fake that gives no answer must hold it on the "
                    + "clock.");
        }
    }
}
