using System.Globalization;

namespace Fleet;

/// <summary>Lets simulated fleets live for hours, and compares what Redis and Entra counted with the calculation.</summary>
internal sealed class Simulation(int processes, int keys, int seed, TextWriter output)
{
    // Chance decides how many start or refresh within a moment. The spread of such a number is the square root of its mean.
    private const double Spreads = 4;
    private const double Share = 0.03;

    // With 20,000 at one moment, Redis and two cores take longer than the client of Redis waits: then most processes ask Entra.
    private const int MostAtOneMoment = 10_000;

    private readonly Calculation _calculation = new(processes, keys);
    private bool _isWithin = true;

    // Of the question how many there were.
    private long _ownBytes;

    /// <returns>Whether everything measured was within its bound.</returns>
    public async Task<bool> RunAsync()
    {
        await using var fleet = await SimulatedFleet.StartAsync(processes, seed);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"\n{processes} processes, {keys} keys, seed {seed}"));
        _ownBytes = -(await fleet.CountAsync()).Bytes + (await fleet.CountAsync()).Bytes;
        var before = await fleet.CountAsync();
        await fleet.ConnectAsync();
        var connection = (await fleet.CountAsync()).Bytes - before.Bytes - _ownBytes;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"A new connection took {connection:N0} bytes."));
        await output.WriteLineAsync("| phase | figure | calculated | measured | ratio | |");
        await output.WriteLineAsync("|---|---|---|---|---|---|");

        // Code that is not compiled yet is late.
        await fleet.RestartAsync(Scopes("warm").Take(1), TimeSpan.Zero);
        if (processes * keys <= MostAtOneMoment)
        {
            await MeasureAsync(
                fleet, "all start at one moment, at most", _calculation.StartAtOnce(),
                () => fleet.RestartAsync(Scopes("once"), TimeSpan.Zero), isBound: true);
        }

        await MeasureAsync(
            fleet, "start within a minute", _calculation.Start(), () => fleet.RestartAsync(Scopes("minute"), Calculation.StartSpread));
        await MeasureAsync(
            fleet, "restart within a minute", _calculation.Restart(), () => fleet.RestartAsync(Scopes("minute"), Calculation.StartSpread));
        for (var refresh = 1; refresh <= 3; refresh++)
        {
            await MeasureAsync(fleet, $"refresh {refresh}", _calculation.Refresh(), fleet.UntilRefreshedAsync);
        }

        var (requests, calls) = (fleet.TokenRequests, fleet.Calls);
        var untilRefreshed = await fleet.LoseRedisAsync();
        await CompareAsync(
            "Redis is away", "tries, at most", _calculation.Tries, (fleet.Calls - calls) / (double)Calculation.CallsOfATry, isBound: true);
        await MeasureAsync(
            fleet, "Redis is lost and returns", _calculation.LossInHalfOfTheJitter(), untilRefreshed, requestsBefore: requests);
        await MeasureAsync(
            fleet, "the refresh after that, at most", _calculation.RefreshAfterLoss(), fleet.UntilRefreshedAsync, isBound: true);
        return _isWithin;
    }

    private IEnumerable<string> Scopes(string name) => Enumerable.Range(0, keys).Select(key => $"api://{name}{key:D3}/.default");

    private async Task MeasureAsync(
        SimulatedFleet fleet, string phase, Figures calculated, Func<Task> live, bool isBound = false, int? requestsBefore = null)
    {
        var (requests, before) = (requestsBefore ?? fleet.TokenRequests, await fleet.CountAsync());
        await live();
        var counts = await fleet.CountAsync() - before;
        await CompareAsync(phase, "token requests", calculated.Requests, fleet.TokenRequests - requests, isBound: false);
        await CompareAsync(phase, "reads", calculated.Reads, counts.Reads, isBound);
        await CompareAsync(phase, "writes", calculated.Writes, counts.Writes, isBound);
        await CompareAsync(phase, "bytes", calculated.Bytes, counts.Bytes - _ownBytes, isBound);
    }

    private async Task CompareAsync(string phase, string figure, double calculated, double measured, bool isBound)
    {
        var entries = figure == "bytes" ? calculated / Wire.FoundRead : calculated;
        var allowed = (2 + (Spreads * Math.Sqrt(entries)) + (entries * Share)) * (figure == "bytes" ? Wire.FoundRead : 1);
        var isWithin = measured <= calculated + allowed && (isBound || measured >= calculated - allowed);
        _isWithin &= isWithin;
        var ratio = calculated == 0 ? "" : (measured / calculated).ToString("0.00", CultureInfo.InvariantCulture);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {phase} | {figure} | {calculated:N0} | {measured:N0} | {ratio} | {(isWithin ? "" : "**beyond the bound**")} |"));
    }
}
