using System.Globalization;

namespace Benchmarks;

/// <summary>
/// 10,000 callers at once on an empty cache, the endpoint taking 200 ms: token requests, and when the last caller was served.
/// </summary>
internal static class Stampede
{
    private const int Callers = 10_000;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);

    public static async Task<Finding> RunAsync()
    {
        var rows = new List<Row>();
        foreach (var (library, prepare) in Peers.All)
        {
            rows.Add(await MeasureAsync(library, prepare));
        }

        return new Finding(
            "10,000 callers at once on an empty cache",
            $"The endpoint takes {Latency.TotalMilliseconds:0} ms to answer.",
            ["| library | token requests | last caller served after |", "|---|---|---|", .. rows.Select(
                row => FormattableString.Invariant($"| {row.Library} | {row.Requests:N0} | {row.Last:0.00} × the endpoint's latency |"))],
            new Goal($"one token request: {rows[0].Requests}", rows[0].Requests == 1),
            new Goal($"the last caller served within 1.5 times the endpoint's latency: {rows[0].Last:0.00}", rows[0].Last <= 1.5))
        {
            Pictures =
            [
                Picture.OfLines(
                    "callers", $"Callers served after an empty cache, of {Callers.ToString("N0", CultureInfo.InvariantCulture)}",
                    new("times the endpoint's latency"), new("callers served"),
                    [.. rows.Select(row => new Picture.Line(row.Library, row.Served))]),
            ],
        };
    }

    private static async Task<Row> MeasureAsync(string library, Func<InMemoryEntra, Func<Task>> prepare)
    {
        // Warmed with an endpoint of its own, so that compiling is not measured.
        await prepare(new InMemoryEntra())();
        var entra = new InMemoryEntra(Latency);
        var get = prepare(entra);
        var waits = new double[Callers];
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            await get();
            waits[caller] = TimeProvider.System.GetElapsedTime(started) / Latency;
        })));
        Array.Sort(waits);
        return new Row(
            library,
            entra.Requests,
            waits[^1],
            [
                (0, 0),
                (waits[0], 0),
                .. Enumerable.Range(1, 100).Select(share => (waits[(Callers * share / 100) - 1], Callers * share / 100.0)),
            ]);
    }

    /// <param name="Library">Whose.</param>
    /// <param name="Requests">How many reached the endpoint.</param>
    /// <param name="Last">When the last caller was served, in latencies of the endpoint.</param>
    /// <param name="Served">How many callers were served by when.</param>
    private sealed record Row(string Library, int Requests, double Last, IReadOnlyList<(double, double)> Served);
}
