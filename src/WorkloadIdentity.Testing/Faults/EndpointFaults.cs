namespace WorkloadIdentity.Testing;

/// <summary>The faults of one kind of endpoint: the next requests take them in order of arrival. Safe for concurrent use.</summary>
public sealed class EndpointFaults
{
    private readonly EndpointKind _kind;
    private readonly Lock _gate = new();
    private readonly LinkedList<(Fault Fault, int Times)> _queue = new();
    private volatile bool _outage;

    internal EndpointFaults(EndpointKind kind) => _kind = kind;

    /// <summary>While on, every request loses its connection. Queued faults wait for its end.</summary>
    public bool Outage { get => _outage; set => _outage = value; }

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
        if (fault.OnlyFor is { } only && only != _kind)
        {
            throw new ArgumentException($"'{fault.Name}' is an answer of {only}; {_kind} never gives it.", nameof(fault));
        }

        lock (_gate)
        {
            _queue.AddLast((fault, times));
        }

        return this;
    }

    /// <summary>Drops what is queued and ends the outage.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _queue.Clear();
        }

        Outage = false;
    }

    internal Fault? Take()
    {
        if (Outage)
        {
            return Fault.Reset;
        }

        lock (_gate)
        {
            if (_queue.First is not { } first)
            {
                return null;
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
}
