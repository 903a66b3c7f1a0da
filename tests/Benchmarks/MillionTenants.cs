using System.Collections.Concurrent;
using System.Globalization;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>
/// One token for each of a million tenants in one process: filling the cache, its memory, and hits while the garbage collector works.
/// </summary>
internal static class MillionTenants
{
    public const int Tenants = 1_000_000;
    private const int MsalTenants = 100_000;
    private const int Collections = 5;

    public static async Task<Finding> RunAsync(int tenants)
    {
        var msalTenants = Math.Min(tenants, MsalTenants);
        var (msalTime, msalBytes) = await Fill.MeasureMsalAsync(msalTenants);
        var entra = new InMemoryEntra();
        using var ours = Peers.Ours(entra, tenants + Fill.Warming);
        var (oursTime, oursBytes) = await Fill.MeasureAsync(
            tenants, n => ours.GetTokenAsync(Request(n)).AsTask());
        var faster = msalTime / msalTenants / (oursTime / tenants);

        // The bare dictionary has the same keys and the same tokens.
        var requests = Enumerable.Range(0, tenants).Select(Request).ToArray();
        var dictionary = new ConcurrentDictionary<TokenRequest, WorkloadIdentity.AccessToken>();
        foreach (var request in requests)
        {
            dictionary[request] = await ours.GetTokenAsync(request);
        }

        var random = new Random(1);
        var bare = DuringCollections(() => _ = dictionary[requests[random.Next(tenants)]]);
        var hits = DuringCollections(() => Peers.Hit(ours, requests[random.Next(tenants)]));
        entra.RequireRequests(tenants + Fill.Warming);
        return new Finding(
            $"{tenants.ToString("N0", CultureInfo.InvariantCulture)} tenants, one token each",
            $"The cache is filled one token after the other. Then random tokens are read while {Collections} collections of generation 2 "
                + "run in the background, one after the other. The same is done with a `ConcurrentDictionary` of the same keys and tokens. "
                + "The process needs 6 GB.",
            [
                "| library | tenants | a token takes | times ours | bytes a token | beyond its characters |",
                "|---|---|---|---|---|---|",
                Row("WorkloadIdentity", tenants, oursTime, 1, oursBytes),
                Row("MSAL", msalTenants, msalTime, faster, msalBytes),
                "",
                "| read during a collection | median | 99.9 % within | longest |",
                "|---|---|---|---|",
                Row("WorkloadIdentity", hits),
                Row("bare dictionary", bare),
            ],
            new Goal($"filled at least 3 times faster than MSAL fills {msalTenants:N0}: {faster:0.0}", faster >= 3),
            new Goal(
                $"at most 450 bytes a token beyond its characters: {oursBytes - Fill.Characters:N0}", oursBytes - Fill.Characters <= 450))
        {
            Note = "`million 10000` tries it with fewer tenants.",
        };
    }

    private static TokenRequest Request(int n) => new(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) };

    private static Latencies DuringCollections(Action get)
    {
        Latencies.Measure(get, () => true);
        var left = Collections;
        var latest = -1L;
        return Latencies.Measure(get, () =>
        {
            var ended = GC.GetGCMemoryInfo(GCKind.Background).Index;
            if (ended == latest)
            {
                return false;
            }

            latest = ended;
            if (left-- > 0)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: false);
                return false;
            }

            return true;
        });
    }

    private static string Row(string library, int tenants, double seconds, double faster, long bytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {library} | {tenants:N0} | {seconds / tenants * 1e6:0.0} µs | {faster:0.0} | {bytes:N0} | {bytes - Fill.Characters:N0} |");

    private static string Row(string library, Latencies read) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {library} | {read.Nanoseconds(0.5):N0} ns | {read.Nanoseconds(0.999):N0} ns | {read.Longest.TotalMilliseconds:0.0} ms |");
}
