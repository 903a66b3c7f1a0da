using WorkloadIdentity;

namespace Benchmarks;

/// <summary>One token for each of 100,000 tenants: how long filling takes, and what a held token costs beyond its own characters.</summary>
internal static class Fill
{
    private const int Tenants = 100_000;
    private static readonly string[] Scopes = [InMemoryEntra.Scope];

    public static async Task<string> RunAsync()
    {
        var ours = Peers.Ours(new InMemoryEntra(), Tenants);
        var (oursTime, oursBytes) = await MeasureAsync(n => ours.GetTokenAsync(new TokenRequest(InMemoryEntra.Scope) { TenantId = ManyTenants.TenantId(n) }).AsTask());
        var msal = Peers.Msal(new InMemoryEntra());
        var (msalTime, msalBytes) = await MeasureAsync(n => msal.AcquireTokenForClient(Scopes).WithTenantId(ManyTenants.TenantId(n)).ExecuteAsync());
        GC.KeepAlive(ours);
        GC.KeepAlive(msal);
        const int Characters = 2 * 1_460;
        return string.Join(
            '\n',
            "| library | fill, as a ratio | bytes a token | beyond its characters |",
            "|---|---|---|---|",
            FormattableString.Invariant($"| WorkloadIdentity | 1 | {oursBytes:N0} | {oursBytes - Characters:N0} |"),
            FormattableString.Invariant($"| MSAL | {msalTime / oursTime:0.0} | {msalBytes:N0} | {msalBytes - Characters:N0} |"));
    }

    private static async Task<(TimeSpan Time, long BytesEach)> MeasureAsync(Func<int, Task> get)
    {
        await get(Tenants);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var started = TimeProvider.System.GetTimestamp();
        for (var n = 0; n < Tenants; n++)
        {
            await get(n);
        }

        var time = TimeProvider.System.GetElapsedTime(started);
        return (time, (GC.GetTotalMemory(forceFullCollection: true) - before) / Tenants);
    }
}
