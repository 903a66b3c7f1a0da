namespace Benchmarks;

/// <summary>Callers that ask without end, and how long each had to wait.</summary>
internal static class Load
{
    private const int Callers = 8;
    private const int CallsAtOnce = 100;

    // A call that takes longer is told one by one; below, the clock alone would be most of it.
    private static readonly TimeSpan Noted = TimeSpan.FromMicroseconds(100);

    /// <param name="Calls">How many there were.</param>
    /// <param name="Failed">How many brought no token.</param>
    /// <param name="P999">One in a thousand waited for longer.</param>
    /// <param name="Longest">The longest wait.</param>
    public sealed record Result(long Calls, long Failed, TimeSpan P999, TimeSpan Longest);

    /// <param name="get">A call.</param>
    /// <param name="duration">For how long.</param>
    /// <param name="hasFailed">Called for each call that brings no token, on many threads.</param>
    public static async Task<Result> RunAsync(Func<Task> get, TimeSpan duration, Action? hasFailed = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        var callers = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CallAsync(get, started, duration, hasFailed))));
        var calls = callers.Sum(caller => caller.Calls);
        var slow = callers.SelectMany(caller => caller.Slow).OrderDescending().ToList();
        var rank = (int)(calls / 1000);
        return new Result(
            calls, callers.Sum(caller => caller.Failed), rank < slow.Count ? slow[rank] : Noted, slow.Count == 0 ? Noted : slow[0]);
    }

    public static string Words(TimeSpan wait) =>
        wait <= Noted ? "under 0.1 ms" : FormattableString.Invariant($"{wait.TotalMilliseconds:0.0} ms");

    private static async Task<(long Calls, long Failed, List<TimeSpan> Slow)> CallAsync(
        Func<Task> get, long started, TimeSpan duration, Action? hasFailed)
    {
        var (calls, failed, slow) = (0L, 0L, new List<TimeSpan>());
        while (TimeProvider.System.GetElapsedTime(started) < duration)
        {
            var asked = TimeProvider.System.GetTimestamp();
            for (var call = 0; call < CallsAtOnce && TimeProvider.System.GetElapsedTime(started, asked) < duration; call++)
            {
                try
                {
                    await get();
                }
                catch (Exception)
                {
                    failed++;
                    hasFailed?.Invoke();
                }

                calls++;
                var served = TimeProvider.System.GetTimestamp();
                if (TimeProvider.System.GetElapsedTime(asked, served) is var wait && wait > Noted)
                {
                    slow.Add(wait);
                }

                asked = served;
            }

            // A pause, so that the measurement itself does not keep both cores from the refresh.
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        return (calls, failed, slow);
    }
}
