namespace WorkloadIdentity;

/// <summary>
/// Lets a limited number of acquisitions run at once and a limited number wait, first come, first served. Safe for concurrent use.
/// </summary>
/// <param name="maxRunning">How many run.</param>
/// <param name="maxQueued">How many wait.</param>
internal sealed class AcquisitionQueue(int maxRunning, int maxQueued)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Turn> _queue = new();
    private int _running;

    /// <summary>How many wait.</summary>
    public int Queued
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>
    /// A turn that starts at once, or when those before it have ended; null when too many wait. Dispose it to end the turn.
    /// </summary>
    /// <param name="cancellationToken">Takes a turn that has not started out of the queue.</param>
    public Turn? Enter(CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_lock)
        {
            if (_running < maxRunning)
            {
                _running++;
                return new Turn(this, startsAtOnce: true);
            }

            if (_queue.Count >= maxQueued)
            {
                return null;
            }

            turn = new Turn(this, startsAtOnce: false);
            turn.Place = _queue.AddLast(turn);
        }

        turn.LeaveOn(cancellationToken);
        return turn;
    }

    /// <summary>One acquisition's turn.</summary>
    internal sealed class Turn(AcquisitionQueue queue, bool startsAtOnce) : IDisposable
    {
        // Null for a turn that started at once, as most do.
        private readonly TaskCompletionSource<bool>? _waiting =
            startsAtOnce ? null : new(TaskCreationOptions.RunContinuationsAsynchronously);

        private CancellationTokenRegistration _leaving;

        /// <summary>Its place in the queue; null when it is not queued. Guarded by the lock.</summary>
        public LinkedListNode<Turn>? Place { get; set; }

        /// <summary>True when the turn starts; false when it left the queue, so that it never starts.</summary>
        public Task<bool> Started => _waiting?.Task ?? Task.FromResult(true);

        public void Start() => _waiting!.SetResult(true);

        public void LeaveOn(CancellationToken cancellationToken) =>
            _leaving = cancellationToken.UnsafeRegister(static turn => ((Turn)turn!).Leave(), this);

        /// <summary>Ends the turn, so that the next one starts.</summary>
        public void Dispose()
        {
            _leaving.Dispose();
            Leave();
            if (Started is not { IsCompletedSuccessfully: true, Result: true })
            {
                return;
            }

            lock (queue._lock)
            {
                if (queue._queue.First is { } next)
                {
                    queue._queue.RemoveFirst();
                    next.Value.Place = null;
                    next.Value.Start();
                }
                else
                {
                    queue._running--;
                }
            }
        }

        /// <summary>Leaves the queue. A turn that has started continues.</summary>
        private void Leave()
        {
            lock (queue._lock)
            {
                if (Place is { } place)
                {
                    queue._queue.Remove(place);
                    Place = null;
                    _waiting!.SetResult(false);
                }
            }
        }
    }
}
