namespace Benchmarks;

/// <summary>
/// Two ways of doing the same work, measured in turns of a few milliseconds each: whatever slows the machine down for a while slows both,
/// so their ratio holds where two measurements one after the other would differ by more than what is looked for.
/// </summary>
internal static class Paired
{
    private const int Rounds = 101;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(12);

    /// <param name="Floor">One operation of the bare way, in seconds.</param>
    /// <param name="Ratio">The median over all rounds of ours through the bare way's.</param>
    /// <param name="FloorBytes">Allocated by one operation of the bare way, on all threads.</param>
    /// <param name="AddedBytes">Allocated on top of that.</param>
    public readonly record struct Result(double Floor, double Ratio, long FloorBytes, long AddedBytes)
    {
        public double Added => Floor * (Ratio - 1);
    }

    public static async Task<Result> MeasureAsync(Func<Task> floor, Func<Task> ours)
    {
        var times = await CalibrateAsync(floor);
        await CalibrateAsync(ours);
        var (floorBytes, ourBytes) = (await AllocatedAsync(floor, times), await AllocatedAsync(ours, times));
        var floors = new double[Rounds];
        var ratios = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            // Whoever goes second finds the caches as the first left them: they take turns at that too.
            var first = round % 2 == 0 ? floor : ours;
            var one = await TimeAsync(first, times);
            var other = await TimeAsync(round % 2 == 0 ? ours : floor, times);
            floors[round] = round % 2 == 0 ? one : other;
            ratios[round] = (round % 2 == 0 ? other : one) / floors[round];
        }

        return new Result(Median(floors), Median(ratios), floorBytes, ourBytes - floorBytes);
    }

    /// <summary>How many operations fit into one turn, found once the code is compiled for good.</summary>
    private static async Task<int> CalibrateAsync(Func<Task> operation)
    {
        for (var warm = 0; warm < 20; warm++)
        {
            await TimeAsync(operation, 200);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        await TimeAsync(operation, 2_000);
        return Math.Max(1, (int)(Turn.TotalSeconds / await TimeAsync(operation, 2_000)));
    }

    private static async Task<double> TimeAsync(Func<Task> operation, int times)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (var time = 0; time < times; time++)
        {
            await operation();
        }

        return TimeProvider.System.GetElapsedTime(started).TotalSeconds / times;
    }

    private static async Task<long> AllocatedAsync(Func<Task> operation, int times)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await TimeAsync(operation, times);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / times;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
