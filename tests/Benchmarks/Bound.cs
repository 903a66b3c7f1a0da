using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>
/// A bounded table under a million distinct requests from two threads: it keeps its bound, and no request has two cache entries. Then a
/// million users.
/// </summary>
internal static class Bound
{
    private const int Capacity = 10_000;
    private const int Keys = 1_000_000;

    public static async Task<Finding> RunAsync()
    {
        var credential = new CountingCredential();
        using var slots = new SlotReader();
        using var acquirer = new TokenAcquirer(credential, new TokenAcquirerOptions { Capacity = Capacity, OnBehalfOfCapacity = Capacity });
        var own = new TokenRequest("api://own/.default");
        var ownToken = await acquirer.GetTokenAsync(own);

        // Users first: their cache entries must not evict the application's token.
        await Task.WhenAll(Enumerable.Range(0, 2)
            .Select(worker =>
                Task.Run(() => AskAsync(acquirer, worker, n => new TokenRequest("api://own/.default") { UserAssertion = $"user-{n}" }))));
        var asked = credential.Calls;
        var stayed = ReferenceEquals(ownToken, await acquirer.GetTokenAsync(own)) && credential.Calls == asked;
        var (users, most) = (slots.Read("user"), 0);
        await Task.WhenAll(Enumerable.Range(0, 2)
            .Select(worker =>
                Task.Run(() =>
                    AskAsync(
                        acquirer,
                        worker,
                        n => new TokenRequest($"api://{n}/.default"),
                        () => most = Math.Max(most, slots.Read("application"))))));
        return new Finding(
            "A million distinct requests against a bound of 10,000",
            "Two threads each ask for every request once, at about the same time. Then they do the same with a million distinct user "
                + "assertions.",
            [
                "| | found |",
                "|---|---|",
                FormattableString.Invariant($"| most cache entries at any time | {most:N0} |"),
                FormattableString.Invariant($"| requests that were acquired twice at once | {credential.AtOnce:N0} |"),
                FormattableString.Invariant($"| users' cache entries after a million users | {users:N0} |"),
                FormattableString.Invariant($"| the application's token after them | {(stayed ? "the same, in the cache" : "gone")} |"),
            ],
            new Goal($"the table holds its bound of {Capacity:N0}: {most:N0}", most <= Capacity + 64),
            new Goal($"no request ever has two cache entries: {credential.AtOnce:N0}", credential.AtOnce == 0),
            new Goal(
                $"a million users evict no cache entry of the application: {(stayed ? "true" : "false")}",
                stayed && users <= Capacity));
    }

    private static async Task AskAsync(TokenAcquirer acquirer, int worker, Func<int, TokenRequest> request, Action? look = null)
    {
        for (var n = 0; n < Keys; n++)
        {
            // Both workers ask for every key. They drift apart by chance, on purpose.
            await acquirer.GetTokenAsync(request(n));
            if (worker == 0 && n % 64 == 0)
            {
                look?.Invoke();
            }
        }
    }

    /// <summary>The metric of the acquirer: how many cache entries of a kind it has.</summary>
    private sealed class SlotReader : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, int> _latest = [];

        public SlotReader()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "workload_identity.cache.entries")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((_, slots, tags, _) => _latest[(string)tags[^1].Value!] = slots);
            _listener.Start();
        }

        public int Read(string kind)
        {
            _listener.RecordObservableInstruments();
            return _latest[kind];
        }

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Issues immediately, and counts requests that arrive while the same request is already being acquired.</summary>
    private sealed class CountingCredential : Credential
    {
        private readonly ConcurrentDictionary<TokenRequest, bool> _now = new();
        private int _calls;
        private int _atOnce;

        public override string Name => "counting";

        public int Calls => Volatile.Read(ref _calls);

        public int AtOnce => Volatile.Read(ref _atOnce);

        protected override RequestFeatures Supports => RequestFeatures.UserAssertion;

        protected override async ValueTask<TokenResult> AcquireCoreAsync(Acquisition acquisition, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _calls);
            if (!_now.TryAdd(acquisition.Request, true))
            {
                Interlocked.Increment(ref _atOnce);
            }

            await Task.Yield();
            _now.TryRemove(acquisition.Request, out _);
            return TokenResult.Issued(new WorkloadIdentity.AccessToken($"token-{number}", TimeProvider.System.GetUtcNow().AddHours(1)));
        }
    }
}
