namespace WorkloadIdentity.Chaos;

/// <summary>The resources of the program while nothing runs.</summary>
/// <param name="Held">Without <paramref name="ServerBytes"/>.</param>
/// <param name="ServerBytes">What the emulator's web server keeps for later: see <see cref="ServerPool"/>.</param>
/// <param name="SignIns">How often a user has signed in so far.</param>
/// <param name="Flights">In-flight acquisitions.</param>
internal readonly record struct Steadiness(Held Held, long ServerBytes, long SignIns, int Flights)
{
    // The acquirer keeps a user's cache entry until the sign-in expires, and the clock of that cache does not run faster: no entry ends
    // during a run. Each holds a token and its header, two texts of 3 kB; a few hold the answer to a challenge as well. Measured on three
    // seeds: 6.5 kB for an entry.
    private const long BytesOfSignIn = 8 * 1024;

    /// <summary>Looked at when nobody calls any more.</summary>
    public static async Task<Steadiness> OfAsync(Fleet fleet, ServerPool server)
    {
        // Connections of abandoned calls are released a moment later.
        for (var attempt = 0; attempt < 20 && fleet.Members.Any(member => member.Credential.UnderWay > 0); attempt++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        var held = Held.Now();
        return new Steadiness(
            held with { Bytes = held.Bytes - server.Bytes }, server.Bytes, fleet.SignIns,
            fleet.Members.Sum(member => member.Credential.UnderWay));
    }

    /// <summary>What grew beyond what caches and connection pools explain; null when nothing did.</summary>
    public string? GrownSince(Steadiness before) => Flights > 0
        ? $"{Flights} acquisitions still run"
        : Held.GrownSince(before.Held, (SignIns - before.SignIns) * BytesOfSignIn);
}
