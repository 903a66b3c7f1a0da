using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.Identity.Client;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>Calls on behalf of 10,000 users at once, two for each user, while the application uses its own cached token.</summary>
internal static class ManyUsers
{
    public const int Users = 10_000;
    private const int CallsPerUser = 2;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);
    private static readonly string[] Scopes = [InMemoryEntra.Scope];

    // One for the whole run, because the cache recognises a user by the assertion.
    private static readonly long ExpiresOn = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeSeconds();

    public static async Task<Finding> RunAsync(int users)
    {
        var entra = new InMemoryEntra(Latency) { IsForUsers = true };

        // The user who is asked for before the measurement has a cache entry too.
        using var ours = Peers.Ours(entra, new TokenAcquirerOptions { OnBehalfOfCapacity = users + 1 });
        var own = new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
        await ours.GetTokenAsync(own);
        await ours.GetTokenAsync(OfUser(-1));
        var filling = entra.Requests;
        var until = TimeProvider.System.GetTimestamp() + (2 * TimeProvider.System.TimestampFrequency);
        var quiet = Latencies.Measure(() => Peers.Hit(ours, own), () => TimeProvider.System.GetTimestamp() > until);
        entra.RequireRequests(filling);

        var isOver = false;
        var hitting = Task.Factory.StartNew(
            () => Latencies.Measure(() => Peers.Hit(ours, own), () => Volatile.Read(ref isOver)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var oursRow = await MeasureAsync("WorkloadIdentity", users, entra, n => ours.GetTokenAsync(OfUser(n)).AsTask());
        Volatile.Write(ref isOver, true);
        var crowded = await hitting;
        GC.KeepAlive(ours);

        var msalEntra = new InMemoryEntra(Latency) { IsForUsers = true };
        var msal = Peers.Msal(msalEntra);
        await msal.AcquireTokenOnBehalfOf(Scopes, new UserAssertion(Assertion(-1))).ExecuteAsync();
        var msalRow = await MeasureAsync(
            "MSAL", users, msalEntra, n => msal.AcquireTokenOnBehalfOf(Scopes, new UserAssertion(Assertion(n))).ExecuteAsync());
        GC.KeepAlive(msal);

        var slower = crowded.Nanoseconds(0.999) / quiet.Nanoseconds(0.999);
        return new Finding(
            $"{users.ToString("N0", CultureInfo.InvariantCulture)} users at once, on behalf of each",
            $"{CallsPerUser} calls for each user start at once on empty caches. The endpoint takes {Latency.TotalMilliseconds:0} ms. "
                + "Meanwhile one thread uses the application's own token, which is cached.",
            [
                "| library | token requests | all served after | bytes a user beyond the token's characters |",
                "|---|---|---|---|",
                oursRow.ToString(),
                msalRow.ToString(),
                "",
                "| the application's hit | median | 99.9 % within |",
                "|---|---|---|",
                HitRow("before", quiet),
                HitRow("meanwhile", crowded),
            ],
            new Goal($"one token request for each user: {oursRow.Requests:N0}", oursRow.Requests == users),
            new Goal($"at most 1,500 bytes a user beyond the token: {oursRow.BytesEach:N0}", oursRow.BytesEach <= 1_500),
            new Goal($"99.9 % of the application's hits at most 2 times slower: {slower:0.0}", slower <= 2))
        {
            Note = "`users 500` tries it with fewer users.",
        };
    }

    private static async Task<Row> MeasureAsync(string library, int users, InMemoryEntra entra, Func<int, Task> get)
    {
        var (requests, memory) = (entra.Requests, GC.GetTotalMemory(forceFullCollection: true));
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, users * CallsPerUser).Select(call => Task.Run(() => get(call / CallsPerUser))));
        var time = TimeProvider.System.GetElapsedTime(started);
        return new Row(
            library,
            entra.Requests - requests,
            time,
            ((GC.GetTotalMemory(forceFullCollection: true) - memory) / users) - Fill.Characters);
    }

    private static TokenRequest OfUser(int n) =>
        new(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId, UserAssertion = Assertion(n) };

    /// <summary>A user's token as a client sends it. Only its form and its expiry matter.</summary>
    private static string Assertion(int n)
    {
        var payload = Encoding.UTF8.GetBytes($$"""{"oid":"user-{{n}}","exp":{{ExpiresOn}}}""");
        return $"eyJhbGciOiJSUzI1NiJ9.{Base64Url.EncodeToString(payload)}.c2lnbmF0dXJl";
    }

    private static string HitRow(string when, Latencies hit) => string.Create(
        CultureInfo.InvariantCulture, $"| {when} | {hit.Nanoseconds(0.5):N0} ns | {hit.Nanoseconds(0.999):N0} ns |");

    private sealed record Row(string Library, int Requests, TimeSpan Time, long BytesEach)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"| {Library} | {Requests:N0} | {Time.TotalSeconds:0.0} s | {BytesEach:N0} |");
    }
}
