using System.Globalization;
using WorkloadIdentity;
using WorkloadIdentity.Chaos;
using WorkloadIdentity.IntegrationTests;

namespace Fleet;

/// <summary>
/// A fleet whose Redis is killed and started again at random times, and whose processes are restarted one after the other. No call may
/// fail, no token may be expired, token requests stay within the calculation, and nothing is held at the end that was not at the beginning.
/// </summary>
internal sealed class Outages : IAsyncDisposable
{
    private const int Replicas = 20;
    private const int Keys = 10;
    private const double Speed = 4;

    // Of the calculation, which knows only means.
    private const double Tolerance = 1.25;

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(25);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(35);
    private static readonly TimeSpan RestartEvery = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _duration;
    private readonly Random _random;
    private readonly FastClock _clock = new(Speed);
    private readonly SimulatedEntra _entra;
    private readonly Replica?[] _replicas = new Replica?[Replicas];
    private readonly LocalRedis _redis;
    private readonly List<TimeSpan> _outages = [];
    private readonly List<string> _broken = [];
    private long _calls;
    private int _restarts;

    private Outages(TimeSpan duration, int seed, LocalRedis redis)
    {
        (_duration, _random, _redis) = (duration, new Random(seed), redis);
        var lives = new Random(seed);
        _entra = new SimulatedEntra(_clock, Latency, () =>
        {
            lock (lives)
            {
                return ShortestLife + (lives.NextDouble() * (LongestLife - ShortestLife));
            }
        });
    }

    /// <returns>Whether every law was held.</returns>
    public static async Task<bool> RunAsync(TimeSpan duration, int seed, TextWriter output)
    {
        Held.CountTasks();
        await using var run = new Outages(duration, seed, await LocalRedis.StartAsync());
        await output.WriteLineAsync($"{duration:c}, seed {seed}: {Replicas} processes, {Keys} keys, {Speed} times the speed");
        for (var index = 0; index < Replicas; index++)
        {
            run._replicas[index] = await run.StartReplicaAsync();
        }

        await run.CallAsync(duration * 0.1);
        var before = await RestAsync();
        var started = run._clock.GetUtcNow();
        using var storm = new CancellationTokenSource(duration * 0.75, TimeProvider.System);
        await Task.WhenAll(run.CallAsync(duration * 0.9), run.KillAsync(storm.Token), run.RestartAsync(storm.Token));
        var elapsed = run._clock.GetUtcNow() - started;
        var after = await RestAsync();
        return await run.ReportAsync(output, before, after, elapsed);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            replica?.Dispose();
        }

        return _redis.DisposeAsync();
    }

    private async Task CallAsync(TimeSpan time)
    {
        using var stop = new CancellationTokenSource(time, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, Replicas).Select(index => Task.Run(() => CallAsync(index, stop.Token))));
    }

    private async Task CallAsync(int index, CancellationToken stop)
    {
        for (var call = index; !stop.IsCancellationRequested; call++)
        {
            // Between its end and its new start the process is not there.
            if (Volatile.Read(ref _replicas[index]) is { } replica)
            {
                await CallAsync(replica, index, $"api://{call % Keys}/.default");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CallAsync(Replica replica, int index, string scope)
    {
        Interlocked.Increment(ref _calls);
        try
        {
            var token = await replica.Acquirer.GetTokenAsync(new TokenRequest(scope));
            if (token.ExpiresOn <= _clock.GetUtcNow())
            {
                Break($"process {index} was given a token that ended at {token.ExpiresOn:T}, at {_clock.GetUtcNow():T}");
            }
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref _replicas[index]) != replica)
        {
            // The process ended during the call.
        }
        catch (TokenAcquisitionException exception)
        {
            Break($"process {index}: a call failed: {exception.Message}");
        }
    }

    private void Break(string law)
    {
        lock (_broken)
        {
            _broken.Add(law);
        }
    }

    private async Task KillAsync(CancellationToken stop)
    {
        while (await WaitAsync(TimeSpan.FromSeconds(_random.Next(20, 120)), stop))
        {
            var killed = _clock.GetUtcNow();
            await _redis.KillAsync();
            await WaitAsync(TimeSpan.FromSeconds(_random.Next(1, 45)), stop);
            await _redis.StartAgainAsync();
            _outages.Add(_clock.GetUtcNow() - killed);
        }
    }

    private async Task RestartAsync(CancellationToken stop)
    {
        for (var index = 0; await WaitAsync(RestartEvery, stop); index = (index + 1) % Replicas)
        {
            Interlocked.Exchange(ref _replicas[index], null)?.Dispose();
            Volatile.Write(ref _replicas[index], await StartReplicaAsync());
            _restarts++;
        }
    }

    private Task<Replica> StartReplicaAsync() => Replica.StartAsync(_redis.Port, _entra, _clock);

    /// <summary>What is held when nothing happened for a while.</summary>
    private static async Task<Held> RestAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(25), TimeProvider.System);
        return Held.Now();
    }

    private static async Task<bool> WaitAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, TimeProvider.System, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> ReportAsync(TextWriter output, Held before, Held after, TimeSpan elapsed)
    {
        var calculated = Calculate(elapsed);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            {elapsed:hh\:mm\:ss} for the fleet, {_calls:N0} calls, {_restarts} restarts of a process
            {_outages.Count} times without Redis, {_outages.Aggregate(TimeSpan.Zero, (all, one) => all + one):hh\:mm\:ss} for the fleet
            token requests: {_entra.Requests:N0}, calculated {calculated:N0}, without Redis {Replicas * Keys * elapsed / OwnPeriod:N0}
            at rest before: {before}
            at rest after:  {after}
            """));
        if (_entra.Requests > calculated * Tolerance)
        {
            Break($"{_entra.Requests} token requests, more than {Tolerance} times the calculated {calculated:N0}");
        }

        if (after.GrownSince(before, explained: 0) is { } growth)
        {
            Break(growth);
        }

        await output.WriteLineAsync(_broken.Count == 0 ? "Every law was held." : $"{_broken.Count} breaches, of them:");
        foreach (var law in _broken.Take(10))
        {
            await output.WriteLineAsync($"  {law}");
        }

        return _broken.Count == 0;
    }

    /// <summary>Token requests, see docs/distributed-cache.md: of the fleet as one, and of processes that are without Redis.</summary>
    private double Calculate(TimeSpan elapsed)
    {
        var without = _outages.Aggregate(TimeSpan.Zero, (all, one) => all + one + (PauseAtTheEndOf(one) / 2) + Reconnect);
        var together = Keys * (1 + (elapsed / FleetPeriod));
        var alone = Replicas * Keys * (without / OwnPeriod);
        var restarted = _restarts * Keys * (without / elapsed);
        var emptied = Keys * _outages.Count;
        return together + alone + restarted + emptied;
    }

    private static TimeSpan MeanLife => (ShortestLife + LongestLife) / 2;

    /// <summary>Between refreshes of a process that is alone: five minutes and half of the jitter before the end of its token.</summary>
    private static TimeSpan OwnPeriod => MeanLife - TimeSpan.FromMinutes(5) - (MeanLife / 20);

    /// <summary>Between refreshes of a fleet: whoever comes first, at the beginning of the jitter.</summary>
    private static TimeSpan FleetPeriod => MeanLife - TimeSpan.FromMinutes(5) - (MeanLife / 10);

    // The Redis client tries again after 1 s to 10 s of the machine's time.
    private static TimeSpan Reconnect => TimeSpan.FromSeconds(3) * Speed;

    private static TimeSpan PauseAtTheEndOf(TimeSpan outage)
    {
        var (pause, end) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
        while (end < outage)
        {
            pause = pause * 2 < TimeSpan.FromMinutes(1) ? pause * 2 : TimeSpan.FromMinutes(1);
            end += pause;
        }

        return pause;
    }
}
