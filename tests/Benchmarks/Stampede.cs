using Azure.Core;
using WorkloadIdentity;

namespace Benchmarks;

/// <summary>10,000 callers at once on an empty cache, the endpoint taking 200 ms: token requests, and when the last caller was served.</summary>
internal static class Stampede
{
    private const int Callers = 10_000;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly string[] Scopes = [InMemoryEntra.Scope];

    public static async Task<string> RunAsync()
    {
        var table = new List<string> { "| library | token requests | last caller served after |", "|---|---|---|" };
        table.Add(await RowAsync("WorkloadIdentity", entra =>
        {
            var acquirer = Peers.Ours(entra);
            var request = new TokenRequest(InMemoryEntra.Scope) { TenantId = InMemoryEntra.TenantId };
            return () => acquirer.GetTokenAsync(request).AsTask();
        }));
        table.Add(await RowAsync("MSAL", entra =>
        {
            var msal = Peers.Msal(entra);
            return () => msal.AcquireTokenForClient(Scopes).ExecuteAsync();
        }));
        table.Add(await RowAsync("Azure.Identity", entra =>
        {
            var credential = Peers.AzureIdentity(entra);
            return () => credential.GetTokenAsync(new TokenRequestContext(Scopes), CancellationToken.None).AsTask();
        }));
        return string.Join('\n', table);
    }

    private static async Task<string> RowAsync(string library, Func<InMemoryEntra, Func<Task>> prepare)
    {
        // Warmed with an endpoint of its own, so that compiling is not measured.
        await prepare(new InMemoryEntra())();
        var entra = new InMemoryEntra(Latency);
        var get = prepare(entra);
        var started = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(get)));
        var last = TimeProvider.System.GetElapsedTime(started);
        return FormattableString.Invariant($"| {library} | {entra.Requests:N0} | {last / Latency:0.00} × the endpoint's latency |");
    }
}
