using System.Globalization;
using Azure.Core;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>A cached token among those of 1 to 1,000,000 tenants, random key: time and bytes of a call.</summary>
internal static class ManyKeys
{
    private const int Turns = 20;
    private static readonly int[] Counts = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
    private static readonly string[] Scopes = [InMemoryEntra.Scope];

    public static async Task<Finding> RunAsync()
    {
        var libraries = new List<(string Library, List<Row> Rows)>
        {
            ("WorkloadIdentity", await MeasureAsync(Counts[^1], entra =>
            {
                var acquirer = Peers.Ours(entra, Counts[^1]);
                var requests = Enumerable.Range(0, Counts[^1])
                    .Select(n => new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }).ToArray();
                return n =>
                {
                    var getting = acquirer.GetTokenAsync(requests[n]);
                    return getting.IsCompletedSuccessfully ? default : new ValueTask(getting.AsTask());
                };
            })),
            ("MSAL", await MeasureAsync(100_000, entra =>
            {
                var msal = Peers.Msal(entra);
                return n => new ValueTask(msal.AcquireTokenForClient(Scopes).WithTenantId(ManyTenants.TenantId(n)).ExecuteAsync());
            })),
            ("Azure.Identity", await MeasureAsync(10_000, entra =>
            {
                var credential = Peers.AzureIdentity(entra);
                return n => new ValueTask(credential
                    .GetTokenAsync(new TokenRequestContext(Scopes, tenantId: ManyTenants.TenantId(n)), CancellationToken.None).AsTask());
            })),
        };
        var keys = new Picture.Axis("tokens in the cache", IsLogarithmic: true);
        return new Finding(
            "A cached token among those of 1 to 1,000,000 tenants",
            $"Each call asks for a random one, after the cache was filled. The best of {Turns} turns. MSAL was filled with up to 100,000 "
                + "tokens, and Azure.Identity with up to 10,000.",
            [
                "| tenants | library | a call | bytes |",
                "|---|---|---|---|",
                .. from count in Counts
                   from library in libraries
                   from row in library.Rows
                   where row.Count == count
                   select string.Create(
                       CultureInfo.InvariantCulture,
                       $"| {count:N0} | {library.Library} | {row.Nanoseconds:N0} ns | {row.Bytes:N0} |"),
            ],
            new Goal($"0 bytes: {libraries[0].Rows.Max(row => row.Bytes)}", libraries[0].Rows.TrueForAll(row => row.Bytes == 0)))
        {
            Pictures =
            [
                Picture.OfLines(
                    "time", "A cached token: time of a call", keys, new("nanoseconds", IsLogarithmic: true),
                    [.. libraries.Select(one => new Picture.Line(
                        one.Library, [.. one.Rows.Select(row => ((double)row.Count, row.Nanoseconds))]))]),
                Picture.OfLines(
                    "bytes", "A cached token: bytes allocated by a call", keys, new("bytes", IsLogarithmic: true),
                    [.. libraries.Select(one => new Picture.Line(
                        one.Library, [.. one.Rows.Select(row => ((double)row.Count, (double)row.Bytes))]))]),
            ],
        };
    }

    private static async Task<List<Row>> MeasureAsync(int largest, Func<InMemoryEntra, Func<int, ValueTask>> prepare)
    {
        var entra = new InMemoryEntra();
        var get = prepare(entra);
        var rows = new List<Row>();
        var filled = 0;
        foreach (var count in Counts.Where(count => count <= largest))
        {
            for (; filled < count; filled++)
            {
                await get(filled);
            }

            rows.Add(await HitAsync(get, count));
            entra.RequireRequests(count);
        }

        return rows;
    }

    private static async Task<Row> HitAsync(Func<int, ValueTask> get, int count)
    {
        var random = new Random(1);

        // As many calls as fit into 20 ms, found once the code is compiled for good.
        await TurnAsync(2_000);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        var times = (int)Math.Clamp(2_000 * 0.02 / (await TurnAsync(2_000)).TotalSeconds, 200, 1_000_000);
        var best = TimeSpan.MaxValue;
        for (var turn = 0; turn < Turns; turn++)
        {
            var time = await TurnAsync(times);
            best = time < best ? time : best;
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await TurnAsync(times);
        return new Row(count, best.TotalNanoseconds / times, (GC.GetTotalAllocatedBytes(precise: true) - before) / times);

        async Task<TimeSpan> TurnAsync(int calls)
        {
            var started = TimeProvider.System.GetTimestamp();
            for (var call = 0; call < calls; call++)
            {
                await get(random.Next(count));
            }

            return TimeProvider.System.GetElapsedTime(started);
        }
    }

    private sealed record Row(int Count, double Nanoseconds, long Bytes);
}
