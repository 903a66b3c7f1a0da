namespace WorkloadIdentity.Testing;

/// <summary>The faults of one kind of endpoint: the next requests take them in order of arrival. Safe for concurrent use.</summary>
public sealed class EndpointFaults
{
    private readonly EndpointKind _kind;
    private readonly Lock _gate = new();
    private readonly LinkedList<(Fault Fault, int Times)> _queue = new();
    private volatile bool _outage;
    private volatile LatencyProfile? _latency;
    private int _limit;
    private TimeSpan _period;
    private DateTimeOffset _periodStart;
    private int _served;

    internal EndpointFaults(EndpointKind kind) => _kind = kind;

    /// <summary>While on, every request loses its connection. Queued faults wait for its end.</summary>
    public bool Outage { get => _outage; set => _outage = value; }

    /// <summary>
    /// How long these endpoints take to answer, on the emulator's clock, beside <see cref="EntraEmulator.Latency"/>; null for no time.
    /// </summary>
    public LatencyProfile? Latency { get => _latency; set => _latency = value; }

    /// <summary>How many requests will still meet a queued fault.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _queue.Sum(queued => queued.Times);
            }
        }
    }

    /// <summary>Lets the next requests, after those already queued for, meet this fault.</summary>
    /// <param name="fault">What goes wrong.</param>
    /// <param name="times">How many requests meet it.</param>
    /// <returns>This queue, for the fault after that.</returns>
    /// <exception cref="ArgumentException"><paramref name="fault"/> is an answer only another kind of endpoint gives.</exception>
    public EndpointFaults Next(Fault fault, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(fault);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        if (!Gives(fault))
        {
            throw new ArgumentException($"'{fault.Name}' is an answer of {fault.OnlyFor}; {_kind} never gives it.", nameof(fault));
        }

        lock (_gate)
        {
            _queue.AddLast((fault, times));
        }

        return this;
    }

    /// <summary>
    /// Throttles from now on: of the requests within a period, those beyond the limit are answered 429 with a <c>Retry-After</c> that leads
    /// to its end. Periods follow each other on the emulator's clock, the first one beginning with the next request.
    /// </summary>
    /// <param name="requests">How many requests a period takes.</param>
    /// <param name="period">How long it is.</param>
    /// <returns>This queue.</returns>
    public EndpointFaults Limit(int requests, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(requests);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        lock (_gate)
        {
            (_limit, _period, _periodStart, _served) = (requests, period, DateTimeOffset.UnixEpoch, 0);
        }

        return this;
    }

    /// <summary>Throttles no longer.</summary>
    public void Unlimit()
    {
        lock (_gate)
        {
            _limit = 0;
        }
    }

    /// <summary>Drops what is queued, ends the outage and the throttling, and answers at once.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _queue.Clear();
            _limit = 0;
        }

        Outage = false;
        Latency = null;
    }

    /// <summary>Whether these endpoints could answer so.</summary>
    internal bool Gives(Fault fault) => fault.OnlyFor is null || fault.OnlyFor == _kind;

    internal Fault? Take(DateTimeOffset now)
    {
        if (Outage)
        {
            return Fault.Reset;
        }

        lock (_gate)
        {
            if (_queue.First is not { } first)
            {
                return Throttle(now);
            }

            var (fault, times) = first.Value;
            if (times == 1)
            {
                _queue.RemoveFirst();
            }
            else
            {
                first.Value = (fault, times - 1);
            }

            return fault;
        }
    }

    private Fault? Throttle(DateTimeOffset now)
    {
        if (_limit == 0)
        {
            return null;
        }

        // A clock set back starts a period as well: waiting for the old one to end could take for ever.
        if (now >= _periodStart + _period || now < _periodStart)
        {
            (_periodStart, _served) = (now, 0);
        }

        return ++_served > _limit ? Fault.Throttled(_periodStart + _period - now) : null;
    }
}
