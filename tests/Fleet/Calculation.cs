namespace Fleet;

/// <summary>What docs/distributed-cache.md ("How much traffic a fleet makes") calculates, for a fleet of a size.</summary>
/// <param name="Processes">How many.</param>
/// <param name="Keys">Tokens that every process uses: tenants times scopes.</param>
internal readonly record struct Calculation(int Processes, int Keys)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>Of a token request, with the write of its token.</summary>
    public static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(400);

    /// <summary>How far apart the calls of a process are: it notices at the next one that its token is due.</summary>
    public static readonly TimeSpan CallPause = Latency / 2;

    /// <summary>Within which a fleet starts.</summary>
    public static readonly TimeSpan StartSpread = TimeSpan.FromMinutes(1);

    /// <summary>A process refreshes this long before the end of its token, and up to <see cref="Jitter"/> earlier.</summary>
    public static readonly TimeSpan Lead = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Jitter = TimeSpan.FromMinutes(5);

    // Pauses of a process that waits for another one's token: 25 ms, half as much more each time, up to 200 ms.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>A try that fails makes one call, and then eight probes.</summary>
    public const int CallsOfATry = 9;

    private double Rivals => (Processes - 1) * ((Latency - (CallPause / 2)) / Jitter);

    /// <summary>Nothing is in Redis. One process asks for each key; those that start meanwhile wait.</summary>
    public Figures Start()
    {
        var waiting = (Processes - 1) * (Latency / StartSpread);
        var (found, missed, notes) = (Processes - 1, 1 + (waiting * MeanPolls), waiting * MeanPolls);
        return Sum(requests: 1, found, missed, foundNotes: notes + 1, missedNotes: 1, writes: 1, writtenNotes: 1);
    }

    /// <summary>
    /// At most, when all ask at the same moment: each looks for the token and a note, writes a note, looks again, and then looks for both
    /// until the token is there.
    /// </summary>
    public Figures StartAtOnce()
    {
        var polls = PollsIn(Latency);
        return Sum(
            requests: 1, found: Processes, missed: Processes * polls, foundNotes: Processes * (1 + polls), missedNotes: Processes,
            writes: 1, writtenNotes: Processes);
    }

    /// <summary>Processes start, and their tokens are in Redis.</summary>
    public Figures Restart() => Sum(requests: 0, found: Processes, missed: 0);

    /// <summary>
    /// The first asks, and so do those whose turn comes before its token is in Redis. All look for a newer token first.
    /// </summary>
    public Figures Refresh() => Sum(1 + Rivals, Processes, missed: 0, writes: 1 + Rivals);

    /// <summary>Redis is away during the first half of the jitter, and comes back empty.</summary>
    public Figures LossInHalfOfTheJitter()
    {
        var (alone, left) = (Processes / 2.0, Processes / 2.0);
        var waiting = Rivals;
        return Sum(
            requests: alone + 1, found: left - 1, missed: 1 + (waiting * MeanPolls), foundNotes: 1 + (waiting * MeanPolls), missedNotes: 1,
            writes: 1, writtenNotes: 1);
    }

    /// <summary>How often a process tries Redis meanwhile, at most: at each refresh, unless it pauses.</summary>
    public double Tries => Processes * Keys / 2.0;

    /// <summary>
    /// The refresh after that, at most. Those that refreshed alone in the first half hold tokens that end earlier: a quarter of them is due
    /// before the rest of the fleet, and takes the fleet's token first. More do when a process whose pause ended during its token request
    /// has written a later token.
    /// </summary>
    public Figures RefreshAfterLoss() => Sum(1 + Rivals, Processes * 1.5, missed: 0, writes: 1 + Rivals);

    private Figures Sum(
        double requests, double found, double missed, double foundNotes = 0, double missedNotes = 0, double writes = 0,
        double writtenNotes = 0) => new(
        Keys * requests,
        Keys * (found + missed + foundNotes + missedNotes),
        Keys * (writes + writtenNotes),
        Keys * ((found * Wire.FoundRead) + (missed * Wire.MissedRead) + (foundNotes * Wire.FoundNote) + (missedNotes * Wire.MissedNote)
            + (writes * Wire.Write) + (writtenNotes * Wire.WrittenNote)));

    /// <summary>How often a process looks that begins to wait at a random moment of a token request.</summary>
    private static double MeanPolls
    {
        get
        {
            const int Parts = 10_000;
            return Enumerable.Range(0, Parts).Average(part => PollsIn(Latency * ((part + 0.5) / Parts)));
        }
    }

    private static int PollsIn(TimeSpan wait)
    {
        var (polls, pause) = (0, FirstPause);
        for (var passed = TimeSpan.Zero; passed < wait; polls++)
        {
            passed += pause;
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }

        return polls;
    }
}
