namespace WorkloadIdentity.Chaos;

/// <summary>What a program at rest holds.</summary>
internal readonly record struct Steadiness(long Bytes, long Timers, long PendingWork, int Flights)
{
    private const long AllowedBytes = 8 * 1024 * 1024;
    private const int AllowedTimers = 16;

    /// <summary>Looked at when nobody calls any more.</summary>
    public static async Task<Steadiness> OfAsync(Fleet fleet)
    {
        // Connections of calls that were given up are let go of a moment later.
        for (var attempt = 0; attempt < 20 && fleet.Members.Any(member => member.Credential.UnderWay > 0); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new Steadiness(GC.GetTotalMemory(forceFullCollection: true), Timer.ActiveCount, ThreadPool.PendingWorkItemCount, fleet.Members.Sum(member => member.Credential.UnderWay));
    }

    /// <summary>What grew beyond what caches and connection pools explain; null when nothing did.</summary>
    public string? GrownSince(Steadiness before) =>
        Bytes > before.Bytes + AllowedBytes ? $"memory grew from {before.Bytes:N0} to {Bytes:N0} bytes"
        : Timers > before.Timers + AllowedTimers ? $"timers grew from {before.Timers} to {Timers}"
        : Flights > 0 ? $"{Flights} acquisitions still run"
        : null;
}
