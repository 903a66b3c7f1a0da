namespace Benchmarks;

/// <summary>The moment of refresh while callers keep asking and the endpoint takes half a second.</summary>
internal static class RefreshUnderLoad
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(9);

    public static async Task<Finding> RunAsync()
    {
        var table =
            new List<string> { "| token | library | calls | 99.9 % waited less than | longest wait | token requests "
                + "|", "|---|---|---|---|---|---|" };
        Load.Result? ours = null;
        foreach (var (token, lifetime, hint) in new (string, int, int?)[] { ("lives 8 s", 8,
            null), ("lives an hour, refresh advised after 4 s", 3600, 4) })
        {
            foreach (var peer in Peers.All)
            {
                var entra = new InMemoryEntra(Latency, lifetime, hint);
                var get = peer.Prepare(entra);
                await get();
                var load = await Load.RunAsync(get, Duration);
                ours ??= load;
                table.Add(FormattableString.Invariant(
                    $"| {token} | {peer.Library} | {load.Calls:N0} | {Load.Words(load.P999)} | {Load.Words(
                        load.Longest)} | {entra.Requests:N0} |"));
            }
        }

        return new Finding(
            "The moment of refresh under load",
            $"Eight callers ask without pause for {Duration.TotalSeconds:0} s. The endpoint takes {Latency.TotalMilliseconds:0} ms. MSAL "
                + "treats a token as expired 5 minutes before it expires, so a short-lived token is never a hit there. The second half of "
                + "the table uses a token that lives an hour.",
            table,
            new Goal(
                $"no caller waits for the short-lived token's refresh, 99.9 % within 1 ms: {Load.Words(ours!.P999)}",
                ours.P999 <= TimeSpan.FromMilliseconds(1) && ours.Failed == 0));
    }
}
