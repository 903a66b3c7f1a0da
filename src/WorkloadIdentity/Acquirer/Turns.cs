namespace WorkloadIdentity;

/// <summary>Lets a number of acquisitions run at once and a number wait, first come, first served. Safe for concurrent use.</summary>
/// <param name="atOnce">How many run.</param>
/// <param name="maxQueued">How many wait.</param>
internal sealed class Turns(int atOnce, int maxQueued)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Turn> _queue = new();
    private int _running;

    /// <summary>How many wait.</summary>
    public int Queued
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>
    /// A turn that begins at once or when those before it have ended; null when too many wait. Dispose it to end the turn.
    /// </summary>
    public Turn? Take()
    {
        var turn = new Turn(this);
        lock (_gate)
        {
            if (_running < atOnce)
            {
                _running++;
                turn.Begin();
            }
            else if (_queue.Count < maxQueued)
            {
                turn.Place = _queue.AddLast(turn);
            }
            else
            {
                return null;
            }
        }

        return turn;
    }

    /// <summary>One acquisition's turn.</summary>
    internal sealed class Turn(Turns turns) : IDisposable
    {
        private readonly TaskCompletionSource<bool> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Where it stands in the queue; null once it does not. Guarded by the gate.</summary>
        public LinkedListNode<Turn>? Place { get; set; }

        /// <summary>True when the turn begins; false when it left the queue before.</summary>
        public Task<bool> Begun => _begun.Task;

        public void Begin() => _begun.SetResult(true);

        /// <summary>Gives up its place in the queue. A turn that has begun goes on.</summary>
        public void Leave()
        {
            lock (turns._gate)
            {
                if (Place is { } place)
                {
                    turns._queue.Remove(place);
                    Place = null;
                    _begun.SetResult(false);
                }
            }
        }

        /// <summary>Ends the turn, which lets the next one begin.</summary>
        public void Dispose()
        {
            Leave();
            if (_begun.Task is not { IsCompletedSuccessfully: true, Result: true })
            {
                return;
            }

            lock (turns._gate)
            {
                if (turns._queue.First is { } next)
                {
                    turns._queue.RemoveFirst();
                    next.Value.Place = null;
                    next.Value.Begin();
                }
                else
                {
                    turns._running--;
                }
            }
        }
    }
}
