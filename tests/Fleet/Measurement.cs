using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WorkloadIdentity.IntegrationTests;
using WorkloadIdentity.Testing;

namespace Fleet;

/// <summary>Starts fleets and counts what reaches the token endpoint.</summary>
internal static class Measurement
{
    // The response time of Entra in a nearby region.
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // As many processes as compile their first code at the same time, unless all must: a fleet has a machine for every few.
    private const int Wave = 6;

    private static readonly (string Name, bool Redis,
        bool Lease)[] SecondLevels = [("none", false, false), ("Redis, no lease", true, false), ("Redis", true, true)];

    public static async Task<string> RunAsync(int processes)
    {
        var report = new StringBuilder()
            .AppendLine(
                CultureInfo.InvariantCulture,
                $"{processes} processes, token endpoint {Latency.TotalMilliseconds} ms, {Environment.ProcessorCount} cores")
            .AppendLine("| fleet | second level | token requests | wait, median | wait, longest |")
            .AppendLine("|---|---|---|---|---|");
        foreach (var (name, withRedis, lease) in SecondLevels)
        {
            await using var entra = await EntraEmulator.StartAsync();
            await using var redis = withRedis ? await LocalRedis.StartAsync() : null;
            entra.Latency = Latency;
            var orders = new Orders(
                entra.AuthorityHost, entra.Application.TenantId, entra.Application.ClientId, entra.Application.AddSecret(),
                redis?.Port, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), lease, Together: false);

            // Each fleet asks for its own token, except the one that repeats the first.
            await AddAsync("running, all ask at one moment", orders with { Scope = "api://one/.default", Together = true }, Wave);
            await AddAsync($"cold, {Wave} at a time", orders with { Scope = "api://two/.default" }, Wave);
            await AddAsync($"the same again, restarted", orders with { Scope = "api://two/.default" }, Wave);
            await AddAsync("cold, all at one moment on these cores", orders with { Scope = "api://three/.default" }, processes);

            async Task AddAsync(string fleet, Orders told, int wave)
            {
                var before = entra.Journal.TokenRequests.Count(request => request.Scope == told.Scope);
                var waits = await FleetAsync(processes, wave, told);
                var requests = entra.Journal.TokenRequests.Count(request => request.Scope == told.Scope) - before;
                report.AppendLine(
                    CultureInfo.InvariantCulture, $"| {fleet} | {name} | {requests} | {waits[waits.Count / 2]} ms | {waits[^1]} ms |");
            }
        }

        return report.ToString();
    }

    private static async Task<List<int>> FleetAsync(int processes, int wave, Orders orders)
    {
        using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
        using var starting = new SemaphoreSlim(wave);
        var ready = new CountdownEvent(processes);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var members = Enumerable.Range(0, processes).Select(_ => MemberAsync()).ToList();
        return [.. (await Task.WhenAll(members)).Order()];

        async Task<int> MemberAsync()
        {
            await starting.WaitAsync(limit.Token);
            using var member =
                Process.Start(new ProcessStartInfo(
                    Environment.ProcessPath!, ["member"])
                { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            try
            {
                await TellAsync(member, orders.Write(), limit.Token);
                await ExpectAsync(member, limit.Token);
                if (orders.Together)
                {
                    starting.Release();
                    if (ready.Signal())
                    {
                        go.SetResult();
                    }

                    await go.Task.WaitAsync(limit.Token);
                    await TellAsync(member, "go", limit.Token);
                }

                var wait = int.Parse(await ExpectAsync(member, limit.Token), CultureInfo.InvariantCulture);
                if (!orders.Together)
                {
                    starting.Release();
                }

                return wait;
            }
            finally
            {
                member.StandardInput.Close();
                if (!member.WaitForExit(TimeSpan.FromSeconds(10)))
                {
                    member.Kill();
                }
            }
        }
    }

    private static async Task TellAsync(Process member, string line, CancellationToken cancellationToken)
    {
        await member.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await member.StandardInput.FlushAsync(cancellationToken);
    }

    private static async Task<string> ExpectAsync(Process member, CancellationToken cancellationToken) =>
        await member.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("A member of the fleet ended without a token; its error output says why.");
}
