namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Leaves what fails, a cache or one of its entries, alone for a while: 5 s after the first failed call, then twice as long after each
/// further one, up to a minute. Then one call tries; the others go on doing without until it has succeeded. Measured on the monotonic
/// clock. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Polly's circuit breaker looks at the rate of failures within a window, and needs a rate to look at. A process asks a second level once
/// an hour or a thousand times a second, and doing without it for seconds costs little, so one failure is enough here.
/// </remarks>
internal sealed class Circuit(TimeProvider timeProvider)
{
    /// <summary>
    /// Unusable values in a row before the cache as a whole is taken to be unusable: a single one is mended by the write that follows.
    /// </summary>
    public const int UnusableInRow = 3;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TimeSpan _rest;
    private long _restsSince;
    private int _failures;
    private int _unusable;

    // A call that began before the circuit last opened does not count afterwards: sixty-four calls that time out together are one failure.
    private int _round;

    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _rest > TimeSpan.Zero && timeProvider.GetElapsedTime(_restsSince) < _rest;
            }
        }
    }

    /// <summary>Whether a call of this round says anything about the circuit as it is now.</summary>
    public bool IsCurrent(int round)
    {
        lock (_gate)
        {
            return round == _round;
        }
    }

    /// <summary>Whether a call may be made.</summary>
    /// <param name="round">To be handed to <see cref="Fail"/>.</param>
    public bool TryEnter(out int round)
    {
        lock (_gate)
        {
            round = _round;
            if (_rest == TimeSpan.Zero)
            {
                return true;
            }

            if (timeProvider.GetElapsedTime(_restsSince) < _rest)
            {
                return false;
            }

            // This call tries. The others pause again at once, so nothing depends on whether this call ever reports its result.
            _restsSince = timeProvider.GetTimestamp();
            round = ++_round;
            return true;
        }
    }

    /// <summary>Records a successful call.</summary>
    /// <returns>Whether the cache had been left alone before.</returns>
    public bool Succeed()
    {
        lock (_gate)
        {
            var rested = _rest > TimeSpan.Zero;
            (_rest, _failures, _unusable) = (TimeSpan.Zero, 0, 0);
            return rested;
        }
    }

    /// <summary>Records a failed call.</summary>
    /// <returns>For how long the cache is left alone; null when that was decided already.</returns>
    public TimeSpan? Fail(int round)
    {
        lock (_gate)
        {
            return round == _round ? Open() : null;
        }
    }

    /// <summary>Records a call that returned an unusable value.</summary>
    /// <returns>For how long the cache is left alone; null when it is not, or when that was decided already.</returns>
    public TimeSpan? FailUnusable(int round)
    {
        lock (_gate)
        {
            return round == _round && ++_unusable >= UnusableInRow ? Open() : null;
        }
    }

    private TimeSpan Open()
    {
        _round++;
        _restsSince = timeProvider.GetTimestamp();
        var rest = FirstRest * Math.Pow(2, Math.Min(_failures++, 10));
        return _rest = rest < LongestRest ? rest : LongestRest;
    }
}
