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
}
