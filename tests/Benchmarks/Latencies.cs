namespace Benchmarks;

/// <summary>How long each of many calls took, in steps of 10 ns. Recording allocates nothing.</summary>
internal sealed class Latencies
{
    private const int Step = 10;
    private const int Steps = 100_000;

    private readonly long[] _counts = new long[Steps + 1];
    private long _calls;

    public TimeSpan Longest { get; private set; }

    /// <summary>Calls <paramref name="get"/> without pause until <paramref name="isOver"/>, at least once.</summary>
    public static Latencies Measure(Action get, Func<bool> isOver)
    {
        var latencies = new Latencies();
        do
        {
            for (var call = 0; call < 1_000; call++)
            {
                var started = TimeProvider.System.GetTimestamp();
                get();
                latencies.Add(TimeProvider.System.GetElapsedTime(started));
            }
        }
        while (!isOver());

        return latencies;
    }

    /// <summary>The time that this share of the calls did not exceed. A millisecond stands for all that is longer.</summary>
    public double Nanoseconds(double share)
    {
        var rank = (long)Math.Ceiling(_calls * share);
        var step = 0;
        for (long seen = _counts[0]; seen < rank; seen += _counts[step])
        {
            step++;
        }

        return (step + 1) * Step;
    }

    private void Add(TimeSpan time)
    {
        _counts[Math.Min(Steps, time.Ticks * TimeSpan.NanosecondsPerTick / Step)]++;
        _calls++;
        Longest = time > Longest ? time : Longest;
    }
}
