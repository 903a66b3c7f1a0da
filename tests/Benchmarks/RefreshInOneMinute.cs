using System.Globalization;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>100,000 tokens that expire at the same moment, all in use: how their refreshes are spread, and who waits.</summary>
internal static class RefreshInOneMinute
{
    public const int Tokens = 100_000;
    private const int AtOnce = 64;
    private const int Lifetime = 600;
    private const int Window = 60;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<Finding> RunAsync(int tokens)
    {
        var started = 0L;
        var perSecond = new int[(int)Limit.TotalSeconds + 60];
        var entra = new InMemoryEntra(lifetime: Lifetime)
        {
            Arrived = () => Interlocked.Increment(ref perSecond[(int)TimeProvider.System.GetElapsedTime(started).TotalSeconds]),
        };
        var clock = new ClockThatStarts();
        var options = new TokenAcquirerOptions { Capacity = tokens, MaxConcurrentAcquisitions = AtOnce, TimeProvider = clock };
        using var acquirer = Peers.Ours(entra, options);
        var requests = Enumerable.Range(0, tokens)
            .Select(n => new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }).ToArray();
        started = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (request, end) => await acquirer.GetTokenAsync(request, end));
        entra.RequireRequests(tokens);

        // A refresh is due a quarter of the lifetime before the end, and up to a minute earlier. The clock starts just before that.
        entra.Latency = Latency;
        Array.Clear(perSecond);
        clock.Start(TimeSpan.FromSeconds((Lifetime * 3 / 4) - Window - 1));
        started = TimeProvider.System.GetTimestamp();
        var (calls, waited) = await UseAllAsync(acquirer, requests, () => entra.Requests >= 2 * tokens);
        var used = perSecond.Select((count, second) => (count, second)).Where(row => row.count > 0).ToList();
        var seconds = used.Count == 0 ? 0 : used[^1].second - used[0].second + 1;
        var refreshed = entra.Requests - tokens;
        var busiest = used.Count == 0 ? 0 : used.Max(row => row.count) / ((double)refreshed / seconds);
        return new Finding(
            $"{tokens.ToString("N0", CultureInfo.InvariantCulture)} tokens that expire at one moment",
            $"The tokens live {Lifetime} s, and all of them are in use. The clock stands still while the cache is filled, so all of them "
                + "expire at the same moment. Then it starts a second before the first refresh. The endpoint takes "
                + $"{Latency.TotalMilliseconds:0} ms. At most {AtOnce} acquisitions run at once.",
            [
                "| | found |",
                "|---|---|",
                FormattableString.Invariant($"| tokens refreshed | {refreshed:N0} |"),
                FormattableString.Invariant($"| from the first refresh to the last | {seconds} s |"),
                FormattableString.Invariant($"| the busiest second, times the mean | {busiest:0.00} |"),
                FormattableString.Invariant($"| most token requests at once | {entra.MostAtOnce:N0} |"),
                FormattableString.Invariant($"| calls meanwhile | {calls:N0} |"),
                FormattableString.Invariant($"| calls that waited | {waited:N0} |"),
            ],
            new Goal($"every token is refreshed once: {refreshed:N0}", refreshed == tokens),
            new Goal($"never more than {AtOnce} token requests at once: {entra.MostAtOnce:N0}", entra.MostAtOnce <= AtOnce),
            new Goal($"no caller waits: {waited:N0}", waited == 0),
            new Goal($"spread: the busiest second has at most twice the mean: {busiest:0.00}", busiest <= 2))
        {
            InTheWay = $"the machine. {tokens:N0} tokens in a minute are {tokens / Window:N0} token requests a second. Where other "
                + "programs need the processor, they are made later and in bursts.",
            Note = "`minute 2000` tries it with fewer tokens.",
        };
    }

    /// <summary>Asks for each token in turn, again and again.</summary>
    private static async Task<(long Calls, long Waited)> UseAllAsync(TokenAcquirer acquirer, TokenRequest[] requests, Func<bool> isOver)
    {
        var started = TimeProvider.System.GetTimestamp();
        var (calls, waited) = (0L, 0L);
        while (!isOver() && TimeProvider.System.GetElapsedTime(started) < Limit)
        {
            foreach (var request in requests)
            {
                var getting = acquirer.GetTokenAsync(request);
                waited += getting.IsCompleted ? 0 : 1;
                await getting;
                calls++;
            }

            // A pause, so that asking does not keep both cores from the refreshes.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        return (calls, waited);
    }

    /// <summary>A wall clock that stands still until it starts. Timers and elapsed times are not affected.</summary>
    private sealed class ClockThatStarts : TimeProvider
    {
        private readonly DateTimeOffset _standing = System.GetUtcNow();
        private long _ahead = -1;

        /// <summary>From now on it runs, so much later than it stood.</summary>
        public void Start(TimeSpan later) => Volatile.Write(ref _ahead, (_standing + later - System.GetUtcNow()).Ticks);

        public override DateTimeOffset GetUtcNow() =>
            Volatile.Read(ref _ahead) is var ahead and not -1 ? System.GetUtcNow() + TimeSpan.FromTicks(ahead) : _standing;
    }
}
