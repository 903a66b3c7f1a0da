namespace WorkloadIdentity.Tests;

/// <summary>Many acquirers over one cache, through six hours.</summary>
public sealed class FleetTests
{
    private const int Processes = 50;
    private static readonly TimeSpan SixHours = TimeSpan.FromHours(6);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    // When a token of an hour without a hint is refreshed at the earliest and the latest, counted from its end.
    private static readonly TimeSpan Spread = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Latest = TimeSpan.FromMinutes(5);

    private readonly StoreBench _bench = new();

    [Fact]
    public async Task A_fleet_refreshes_as_one()
    {
        var credential = new ControlledCredential(_bench.Clock) { SharedAs = StoreBench.Partition };
        credential.Answer = _ => TokenResult.Issued(credential.NewToken(TimeSpan.FromHours(1)));
        var fleet = Enumerable.Range(0, Processes).Select(process => (process + 0.5) / Processes) // no refresh falls on a step
            .Select(jitter =>
                (Jitter: jitter,
                    Acquirer: new TokenAcquirer(
                        credential,
                        new TokenAcquirerOptions { Store = _bench.Store(), TimeProvider = _bench.Clock, Jitter = () => jitter })))
            .ToList();
        var start = _bench.Clock.Now;
        for (; _bench.Clock.Now - start < SixHours; _bench.Clock.Advance(Step))
        {
            foreach (var (jitter, acquirer) in fleet)
            {
                var token = await acquirer.GetTokenAsync(StoreBench.Request);
                Assert.True(token.ExpiresOn > _bench.Clock.Now + Latest - Step);
                if (token.ExpiresOn - _bench.Clock.Now <= Latest + (jitter * Spread))
                {
                    // Time stands still until the refresh behind it has landed.
                    await Patience.UntilAsync(async () => (await acquirer.GetTokenAsync(StoreBench.Request)).Value != token.Value);
                }
            }
        }

        // The one that refreshes earliest asks, about every fifty minutes; the other forty-nine find its token.
        Assert.Equal(
            1 + (int)(SixHours / (TimeSpan.FromMinutes(60) - Latest - (Spread * (Processes - 0.5) / Processes) + Step)), credential.Calls);
        Assert.DoesNotContain(_bench.Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Information);
        fleet.ForEach(member => member.Acquirer.Dispose());
    }
}
