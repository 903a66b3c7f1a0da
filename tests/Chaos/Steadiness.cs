namespace WorkloadIdentity.Chaos;

/// <summary>The resources of the program while nothing runs.</summary>
/// <param name="Bytes">The managed memory that is in use, without <paramref name="ServerBytes"/>.</param>
/// <param name="ServerBytes">What the emulator's web server keeps for later: see <see cref="ServerPool"/>.</param>
/// <param name="SignIns">How often a user has signed in so far.</param>
/// <param name="Timers">Timers that are set.</param>
/// <param name="Flights">In-flight acquisitions.</param>
internal readonly record struct Steadiness(long Bytes, long ServerBytes, long SignIns, long Timers, int Flights)
{
    // The acquirer keeps a user's cache entry until the sign-in expires, and the clock of that cache does not run faster: no entry ends
    // during a run. Each holds a token and its header, two texts of 3 kB; a few hold the answer to a challenge as well. Measured on three
    // seeds: 6.5 kB for an entry.
    private const long BytesOfSignIn = 8 * 1024;

    // Tables that have grown (a dictionary keeps its size), connections and their buffers. Measured: up to 0.4 MB.
    private const long AllowedBytes = 1024 * 1024;
    private const int AllowedTimers = 16;

    /// <summary>Looked at when nobody calls any more.</summary>
    public static async Task<Steadiness> OfAsync(Fleet fleet, ServerPool server)
    {
        // Connections of abandoned calls are released a moment later.
        for (var attempt = 0; attempt < 20 && fleet.Members.Any(member => member.Credential.UnderWay > 0); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (bytes, serverBytes) = (GC.GetTotalMemory(forceFullCollection: true), server.Bytes);
        var flights = fleet.Members.Sum(member => member.Credential.UnderWay);
        return new Steadiness(bytes - serverBytes, serverBytes, fleet.SignIns, Timer.ActiveCount, flights);
    }

    /// <summary>What grew beyond what caches and connection pools explain; null when nothing did.</summary>
    public string? GrownSince(Steadiness before)
    {
        var explained = AllowedBytes + ((SignIns - before.SignIns) * BytesOfSignIn);
        return Bytes > before.Bytes + explained
                ? $"memory grew from {before.Bytes:N0} to {Bytes:N0} bytes without the server's pool; {explained:N0} bytes are explained"
            : Timers > before.Timers + AllowedTimers ? $"timers grew from {before.Timers} to {Timers}"
            : Flights > 0 ? $"{Flights} acquisitions still run"
            : null;
    }
}
