namespace Benchmarks;

/// <summary>The endpoint is down for the last 80 % of a token's life, while callers keep asking.</summary>
internal static class Outage
{
    private const int Lifetime = 20;

    public static async Task<Finding> RunAsync()
    {
        var table =
            new List<string> { "| library | calls | failed before the token's real end | 99.9 % waited less than | token requests "
                + "|", "|---|---|---|---|---|" };
        var lines = new List<Picture.Line>();
        Load.Result? ours = null;
        foreach (var peer in Peers.All)
        {
            var entra = new InMemoryEntra(lifetime: Lifetime);
            var get = peer.Prepare(entra);

            // The token is issued after this, so it lives a little longer than is measured.
            var issuedOn = TimeProvider.System.GetTimestamp();
            await get();
            await Load.RunAsync(get, TimeSpan.FromSeconds(Lifetime * 0.2));
            entra.IsDown = true;

            // Until just before the token expires, so that no call is still running then.
            var left = TimeSpan.FromSeconds(Lifetime) - TimeProvider.System.GetElapsedTime(issuedOn) - TimeSpan.FromMilliseconds(50);
            var before = entra.Requests;
            var failed = new long[Lifetime];
            var load = await Load.RunAsync(get, left, () => Interlocked.Increment(ref failed[SecondSince(issuedOn)]));
            ours ??= load;
            lines.Add(new(
                peer.Library,
                [.. Enumerable.Range(0, Lifetime + 1).Select(second => ((double)second, (double)failed[..second].Sum()))]));
            table.Add(FormattableString.Invariant(
                $"| {peer.Library} | {load.Calls:N0} | {load.Failed:N0} | {Load.Words(load.P999)} | {entra.Requests - before:N0} |"));
        }

        return new Finding(
            "The endpoint down for the last 80 % of a token's life",
            $"The token lives {Lifetime} s. After a fifth of that, connections to the endpoint fail. Eight callers ask without pause until "
                + "the token expires.",
            table,
            new Goal($"no caller fails before the token's end: {ours!.Failed:N0} of {ours.Calls:N0}", ours.Failed == 0))
        {
            Pictures =
            [
                Picture.OfLines(
                    "failed", $"Failed calls while the endpoint is down, from {Lifetime * 0.2:0} s to the end of the token",
                    new("seconds since the token was issued"), new("failed calls", IsLogarithmic: true), lines),
            ],
        };
    }

    /// <summary>A call that fails after the token's end was made before it, and counts in the last second.</summary>
    private static int SecondSince(long issuedOn) =>
        Math.Min(Lifetime - 1, (int)TimeProvider.System.GetElapsedTime(issuedOn).TotalSeconds);
}
