namespace WorkloadIdentity.Tests;

/// <summary>
/// Lets time pass on the fake clock only while no request is under way: a pause ends at once, and the limits hold as they would on a real
/// clock. Without a pause, time goes on by milliseconds, because a delay shorter than one is no pause.
/// </summary>
internal static class FastForward
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    public static async Task<T> RunAsync<T>(FakeClock clock, Func<bool> isIdle, Func<Task<T>> work)
    {
        var task = Task.Run(work);
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
            if (!task.IsCompleted && isIdle())
            {
                clock.Advance(clock.NextPause is { } pause && pause > Least ? pause : Least);
            }
        }

        return await task;
    }
}
