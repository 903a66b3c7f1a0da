using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Which calls of one kind, reading or writing, may be made. An entry whose call failed is left alone for a while. Then probes of other
/// entries tell whether the cache as a whole is to be left alone: a cluster that lost one shard still answers for the entries of the
/// others. Safe for concurrent use.
/// </summary>
/// <param name="doing">The kind, for log messages.</param>
/// <param name="probe">Makes a call of the kind for the entry of a name; fails when the cache does.</param>
/// <param name="timeLimit">Of a call.</param>
/// <param name="timeProvider">The clock of rests.</param>
/// <param name="logger">Where messages go.</param>
internal sealed class CacheHealth(string doing, Func<string, Task> probe, TimeSpan timeLimit, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>
    /// What the names of probes begin with. A cluster spreads eight names over its shards: all eight on a dead one of two is a chance of 1
    /// in 256.
    /// </summary>
    public const string ProbePrefix = "wi1:probe:";

    private const int Probes = 8;
    private const int MostEntries = 1000;

    private readonly Circuit _whole = new(timeProvider);
    private readonly ConcurrentDictionary<string, Circuit> _entries = new(StringComparer.Ordinal);
    private int _probing;
    private bool _partTold;
    private string? _late;

    /// <summary>Whether calls for the entry are paused.</summary>
    public bool IsResting(string name) => _whole.IsOpen || (_entries.TryGetValue(name, out var entry) && entry.IsOpen);

    /// <summary>Whether a call for the entry may be made.</summary>
    /// <param name="name">Of the entry.</param>
    /// <param name="call">To be handed to the method that says how the call ended.</param>
    public bool TryEnter(string name, out CacheCall call)
    {
        call = default;
        var entry = _entries.GetValueOrDefault(name);
        if (entry?.IsOpen == true || !_whole.TryEnter(out var round))
        {
            return false;
        }

        var entryRound = 0;
        var enters = entry?.TryEnter(out entryRound) ?? true;
        call = new CacheCall(name, round, entryRound);
        return enters;
    }

    /// <summary>Records a successful call.</summary>
    public void Succeed(CacheCall call)
    {
        _late = null;
        var entryRested = _entries.TryRemove(call.Name, out _) && _entries.IsEmpty;
        if (entryRested)
        {
            _partTold = false;
        }

        if (_whole.Succeed() || entryRested)
        {
            Log.SecondLevelAnswersAgain(logger, doing);
        }
    }

    /// <summary>Records a failed call.</summary>
    public void Fail(CacheCall call, Exception exception)
    {
        if (_entries.Count >= MostEntries)
        {
            _entries.Clear();
        }

        var entry = _entries.GetOrAdd(call.Name, static (_, clock) => new Circuit(clock), timeProvider);
        if (entry.Fail(call.EntryRound) is { } rest && _whole.IsCurrent(call.Round) && Interlocked.Exchange(ref _probing, 1) == 0)
        {
            // In the background, because the caller has no token yet.
            _ = Task.Run(() => JudgeAsync(call.Round, Explain(exception), rest));
        }
    }

    /// <summary>This process could not encrypt or decrypt, whatever the cache did: no entry is any better.</summary>
    public void FailOwn(CacheCall call, Exception exception)
    {
        if (_whole.Fail(call.Round) is { } rest)
        {
            Log.SecondLevelRests(logger, doing, $"The protection of its values threw {CacheFailure.Describe(exception)}.", rest);
        }
    }

    /// <summary>
    /// A call brought something that cannot be used. The write that follows mends a single one; several in a row are a cache that cannot be
    /// used.
    /// </summary>
    public void FailUnusable(CacheCall call)
    {
        if (_whole.FailUnusable(call.Round) is { } rest)
        {
            Log.SecondLevelRests(logger, doing, $"{Circuit.UnusableInRow} values in a row could not be used.", rest);
        }
    }

    /// <summary>
    /// A call that had been given up went wrong at last: this is the cause that was not known when its time limit was over.
    /// </summary>
    public void FailLate(Exception exception)
    {
        var cause = CacheFailure.Describe(exception);
        if (Interlocked.Exchange(ref _late, cause) != cause)
        {
            Log.SecondLevelFailedLate(logger, doing, cause);
        }
    }

    private string Explain(Exception exception) => exception is not OperationCanceledException
        ? $"It threw {CacheFailure.Describe(exception)}."
        : $"It did not answer within {timeLimit.TotalMilliseconds:0} ms."
            + (_late is { } cause ? $" An earlier call ended late, in {cause}." : "");

    private async Task JudgeAsync(int round, string reason, TimeSpan entryRest)
    {
        try
        {
            if (await ProbeAsync().ConfigureAwait(false))
            {
                if (_whole.Succeed())
                {
                    Log.SecondLevelAnswersAgain(logger, doing);
                }

                if (!_partTold)
                {
                    _partTold = true;
                    Log.SecondLevelRestsInPart(logger, doing, reason, entryRest);
                }
            }
            else if (_whole.Fail(round) is { } rest)
            {
                // A pause of the whole cache is a pause of each entry.
                _entries.Clear();
                _partTold = false;
                Log.SecondLevelRests(logger, doing, reason, rest);
            }
        }
        finally
        {
            Volatile.Write(ref _probing, 0);
        }
    }

    /// <summary>Whether the cache answers for some entry.</summary>
    private async Task<bool> ProbeAsync()
    {
        var answered = false;
        var probes = Enumerable.Range(0, Probes).Select(number => probe($"{ProbePrefix}{number}"));
        await foreach (var ended in Task.WhenEach(probes).ConfigureAwait(false))
        {
            answered |= ended.IsCompletedSuccessfully || ended.Exception?.InnerException is UnusableValueException;
        }

        return answered;
    }
}
