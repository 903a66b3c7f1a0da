using WorkloadIdentity.Testing;

namespace WorkloadIdentity.Chaos;

/// <summary>A run from its quiet beginning to its quiet end, and the requests it counted meanwhile.</summary>
internal sealed class Run(Settings settings, Tally tally)
{
    private static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(5);

    // How often a key may cost an acquisition: a refresh for every life of a token, one renewal every half minute, the back-off of
    // failures.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private const int MaxAttempts = 3;

    // The longest wait after a failure without an unexpired token.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    public Steadiness Before { get; private set; }

    public Steadiness After { get; private set; }

    /// <summary>How long it was, in the fleet's time.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Token requests and their budget, for each member that has one.</summary>
    public List<(string Member, long Acquisitions, long Budget)> Spent { get; } = [];

    public async Task GoAsync()
    {
        var clock = new FastClock(settings.Speed);
        using var server = new ServerPool();
        await using var entra =
            await EntraEmulator.StartAsync(
                new EntraEmulatorOptions { TimeProvider = clock, AcceptsReusedAssertions = true, ClockSkew = TimeSpan.FromMinutes(1) });
        entra.TokenLifetime = TokenLife;
        entra.ManagedIdentityTokenLifetime = TokenLife;
        using var fleet = new Fleet(entra, clock, tally);
        await using var weather = new Weather(entra, fleet, clock, tally, settings.Seed);
        var started = clock.GetUtcNow();

        await CallAsync(fleet, entra, clock, () => false, settings.Duration * 0.1);
        Forget(fleet, entra, DateTimeOffset.MaxValue);
        Before = await Steadiness.OfAsync(fleet, server);
        if (!server.IsMeasured)
        {
            throw new InvalidOperationException(
                "The web server does not report what it keeps for later (aspnetcore.memory_pool.pooled), so memory cannot be judged.");
        }

        var isOver = false;
        using var storm = new CancellationTokenSource(settings.Duration * 0.6, TimeProvider.System);
        var chaos = weather.RunAsync(storm.Token);
        using var calls = new CancellationTokenSource(settings.Duration * 0.9, TimeProvider.System);
        var rotations = Task.WhenAll(fleet.Rotations.Select(rotation => Task.Run(() => rotation.RunAsync(calls.Token))));
        var settled = Task.Run(async () =>
        {
            await chaos;
            await Task.Delay(Settling, clock);
            isOver = true;
        });
        var calling = CallAsync(fleet, entra, clock, () => Volatile.Read(ref isOver), settings.Duration * 0.9);
        await Task.WhenAll(chaos, settled, calling, rotations);

        Elapsed = clock.GetUtcNow() - started;
        foreach (var member in fleet.Members.Where(member => !member.IsBounded))
        {
            var budget = (long)(member.Keys * Elapsed / Interval) + (5 * member.Credential.Keys);
            Spent.Add((member.Name, member.Credential.Acquisitions, budget));
            if (member.Credential.Acquisitions > budget)
            {
                tally.Breach(
                    Law.WithinBudget,
                    $"{member.Name}: {member.Credential.Acquisitions} acquisitions for {member.Credential.Keys} keys in {Elapsed}");
            }
        }

        Forget(fleet, entra, DateTimeOffset.MaxValue);
        var (requests, acquisitions) =
            (tally.Of("requests to Entra") + tally.Of("requests to hosts"), fleet.Members.Sum(member => member.Credential.Acquisitions));
        requests -= fleet.Rotations.Sum(rotation => rotation.Requests);
        if (requests > acquisitions * MaxAttempts)
        {
            tally.Breach(Law.WithinBudget, $"{requests} requests for {acquisitions} acquisitions");
        }

        After = await Steadiness.OfAsync(fleet, server);
        if (After.GrownSince(Before) is { } growth)
        {
            tally.Breach(Law.Steady, growth);
        }
    }

    /// <summary>Everybody calls for a while; meanwhile the platform renews the token it mounts.</summary>
    private async Task CallAsync(Fleet fleet, EntraEmulator entra, FastClock clock, Func<bool> mustSucceed, TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time, TimeProvider.System);
        var seed = settings.Seed;
        List<Task> all = [.. fleet.Members.SelectMany(member => Enumerable.Range(0, member.Callers).Select(_ =>
        {
            var random = new Random(++seed);
            return Task.Run(() => member.WorkAsync(random, settings.Pause, mustSucceed, stop.Token));
        }))];
        all.Add(Task.Run(async () =>
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMinutes(1), clock);
            while (!stop.IsCancellationRequested && await tick.WaitForNextTickAsync(CancellationToken.None))
            {
                fleet.MountToken();
                Forget(fleet, entra, clock.GetUtcNow().AddHours(-3));
            }
        }));
        await Task.WhenAll(all);
    }

    /// <summary>Counts the journal's entries and clears it, so that the journal does not grow.</summary>
    private void Forget(Fleet fleet, EntraEmulator entra, DateTimeOffset before)
    {
        tally.Count("requests to Entra", entra.Journal.TokenRequests.Count);
        tally.Count("requests to hosts", entra.Journal.ManagedIdentityRequests.Count);
        tally.Count("requests to the API", entra.Journal.ApiRequests.Count);
        entra.Journal.Clear();
        foreach (var member in fleet.Members)
        {
            member.Credential.Forget(before);
        }
    }
}
