using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Chaos;

/// <summary>What goes wrong: a table of events, picked by a seed, each with its end. All times are the fleet's, which run faster.</summary>
internal sealed class Weather : IAsyncDisposable
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(90);

    // Longer than a token has left when its refresh begins, shorter than it lives: some are served to their very end, and some run out.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(3);

    private readonly EntraEmulator _entra;
    private readonly Fleet _fleet;
    private readonly FastClock _clock;
    private readonly Tally _tally;
    private readonly Random _random;
    private readonly Elsewhere _elsewhere;
    private readonly Event[] _events;

    public Weather(EntraEmulator entra, Fleet fleet, FastClock clock, Tally tally, int seed)
    {
        (_entra, _fleet, _clock, _tally, _random) = (entra, fleet, clock, tally, new Random(seed));
        _elsewhere = new Elsewhere(tally);
        _events = Table();
    }

    /// <summary>
    /// One event after the other, some of them at the same time, until the time is over; returns when the last one has ended.
    /// </summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var running = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            var happening = _events[_random.Next(_events.Length)];
            _tally.Count($"events: {happening.Name}");
            running.Add(happening.Happen(stop));
            await WaitAsync(TimeSpan.FromSeconds(_random.Next(5, 30)), stop);
        }

        await Task.WhenAll(running);
        _entra.Faults.Clear();
    }

    public ValueTask DisposeAsync() => _elsewhere.DisposeAsync();

    private async Task WaitAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, _clock, stop);
        }
        catch (OperationCanceledException)
        {
            // What has begun ends.
        }
    }

    private Event[] Table()
    {
        var (entra, api, tokens, hosts) = (_entra.Faults, _entra.Faults.Api, _entra.Faults.TokenEndpoint, _entra.Faults.ManagedIdentity);
        return
        [
            Lasting("Entra throttles", () => tokens.Limit(2, TimeSpan.FromSeconds(20)), tokens.Unlimit),
            Lasting("hosts throttle", () => hosts.Limit(1, TimeSpan.FromSeconds(20)), hosts.Unlimit),
            Lasting(
                "Entra is slow",
                () =>
                    tokens.Latency = LatencyProfile.Percentiles(
                        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), _random.Next()),
                () => tokens.Latency = null),
            Lasting("Entra is away", () => tokens.Outage = true, () => tokens.Outage = false, Long),
            Lasting("hosts are away", () => hosts.Outage = true, () => hosts.Outage = false, Long),
            Lasting("the API is away", () => api.Outage = true, () => api.Outage = false),
            Lasting("an issuer cannot be reached", () => _fleet.Issuer.IsReachable = false, () => _fleet.Issuer.IsReachable = true),
            new("a clock is set wrong", SetClockAsync),
            new("a certificate is rotated", _ => _fleet.RotateCertificateAsync()),
            Lasting("an application is blocked by a policy", () => _fleet.Applications[0].Block(), () => _fleet.Applications[0].Unblock()),
            Sudden("connections are reset", () => tokens.Next(Fault.Reset, 4)),
            Sudden("connections hang", () => tokens.Next(Fault.Hang, 2)),
            Sudden("hosts hang", () => hosts.Next(Fault.Hang, 2)),
            Sudden("a portal answers for Entra", () => tokens.Next(Fault.Garbage, 3)),
            Sudden("a portal answers for hosts", () => hosts.Next(Fault.Garbage, 3)),
            Sudden("answers are cut short", () => tokens.Next(Fault.Body("""{"token_type":"Bearer","expires_in":3599,"access_tok"""), 2)),
            Sudden("answers lack the token", () => tokens.Next(Fault.Body("""{"token_type":"Bearer","expires_in":3599}"""), 2)),
            Sudden("answers are endless", () => tokens.Next(Fault.TooLarge(), 1)),
            Sudden("Entra fails", () => tokens.Next(Fault.Status(503), 4)),
            Sudden("hosts are upgraded", () => hosts.Next(Fault.Status(410), 3)),
            Sudden("Entra redirects", () => tokens.Next(Fault.Redirect(_elsewhere.Address), 2)),
            Sudden("the API redirects", () => api.Next(Fault.Redirect(_elsewhere.Address), 5)),
            Sudden("the API rejects tokens", () => api.Next(Fault.RejectToken, 5)),
            Sudden("the API demands claims", () => api.Next(Fault.ClaimsChallenge(NotBeforeNow()), 5)),
            Sudden("the API fails", () => api.Next(Fault.Status(503), 5)),
            Sudden("Entra rolls its key", () => _fleet.RollKey(withdrawOld: _random.Next(2) == 0)),
            Sudden("an issuer rolls its key", () => _fleet.Issuer.RollKey()),
            Sudden("an application is revoked", () => _fleet.Applications[_random.Next(_fleet.Applications.Count)].Revoke()),
            Sudden("a managed identity is revoked", () => _entra.SystemAssignedIdentity.Revoke()),
            Sudden("a secret is rotated", _fleet.RotateSecret),
        ];
    }

    private Event Lasting(string name, Action begin, Action end, TimeSpan? time = null) => new(name, async stop =>
    {
        begin();
        await WaitAsync(time ?? While, stop);
        end();
    });

    private static Event Sudden(string name, Action happen) => new(name, _ =>
    {
        happen();
        return Task.CompletedTask;
    });

    private string NotBeforeNow() =>
        $$"""{"access_token":{"nbf":{"essential":true,"value":"{{_clock.GetUtcNow().ToUnixTimeSeconds()}}"} } }""";

    /// <summary>Anything up to two hours forward or back, and right again after a while.</summary>
    private async Task SetClockAsync(CancellationToken stop)
    {
        var clock = _fleet.Members[_random.Next(_fleet.Members.Count)].Clock;
        clock.Offset = TimeSpan.FromSeconds(_random.Next(-7200, 7200));
        await WaitAsync(While, stop);
        clock.Offset = TimeSpan.Zero;
    }

    private sealed record Event(string Name, Func<CancellationToken, Task> Happen);
}
