namespace WorkloadIdentity.Tests;

/// <summary>What reading one tenant took.</summary>
internal sealed record Measurement(int Size, int Identities, int Requests, int Throttled, TimeSpan Time)
{
    public int SecondRun { get; init; }

    public int NaiveRequests { get; init; }

    /// <summary>Null when the naive client did not run, and its requests are computed.</summary>
    public int? NaiveThrottled { get; init; }

    /// <summary>The largest number of requests that a tenant of a size may take.</summary>
    public static int Budget(int size) => size switch { <= 1_000 => 100, <= 10_000 => 220, _ => 1_300 * Math.Max(1, size / 100_000) };

    public IEnumerable<string> Failures()
    {
        if (Identities < Size)
        {
            yield return $"{Size}: only {Identities} identities were read";
        }

        if (Requests > Budget(Size))
        {
            yield return $"{Size}: {Requests} requests, more than {Budget(Size)}";
        }

        if (SecondRun > 20)
        {
            yield return $"{Size}: {SecondRun} requests in the second run, more than 20";
        }

        if (Throttled > 0)
        {
            yield return $"{Size}: {Throttled} throttled answers";
        }
    }

    /// <summary>Reads a tenant twice with the library, and once with the naive client, on a clock that stands while they work.</summary>
    public static async Task<Measurement> TakeAsync(int size, bool runsNaive)
    {
        var clock = new FakeClock();
        await using var tenant = await Tenant.StartAsync(size, clock, enforcesLimits: true);
        var state = Directory.CreateTempSubdirectory("governance-scale");
        try
        {
            var started = clock.Now;
            var (inventory, first) = await Inventory.ReadAsync(tenant.Access, clock, state.FullName);
            var time = clock.Now - started;
            clock.Advance(TimeSpan.FromMinutes(5));
            var (_, second) = await Inventory.ReadAsync(tenant.Access, clock, state.FullName);
            var measurement = new Measurement(
                size, inventory.Identities.Count, first.Sent, first.Throttled + second.Throttled, time)
            {
                SecondRun = second.Sent,
                NaiveRequests = size * 6,
            };
            return runsNaive ? await WithNaiveAsync(measurement, tenant, clock) : measurement;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static async Task<Measurement> WithNaiveAsync(Measurement measurement, Tenant tenant, FakeClock clock)
    {
        clock.Advance(TimeSpan.FromMinutes(5));
        using var connections = new SocketsHttpHandler { UseProxy = false };
        using var counting = new CountingHandler(connections);
        using var http = new HttpClient(counting, disposeHandler: false);
        var token = await tenant.Access.TokenAsync(clock);
        await FastForward.RunAsync(clock, () => counting.IsIdle, () =>
            new NaiveClient(http, tenant.Access.Graph, token, clock).ReadAsync(CancellationToken.None));
        return measurement with { NaiveRequests = counting.Sent, NaiveThrottled = counting.Throttled };
    }
}
