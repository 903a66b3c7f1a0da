namespace WorkloadIdentity;

/// <summary>
/// Finds the one cache entry of a request. The application's entries are in a bounded table that never gives a request two entries and
/// never evicts one with an acquisition in flight. Users' entries are in <see cref="OnBehalfOfCache"/>, so that they cannot evict the
/// application's.
/// </summary>
internal sealed class TokenCache : IEntryCounts, IDisposable
{
    private readonly AcquirerSetup _setup;
    private readonly AcquisitionRunner _runner;
    private readonly int _capacity;
    private readonly int _share;
    private readonly TokenCacheTable _entries = new();
    private readonly Lock _adding = new();
    private readonly Lazy<OnBehalfOfCache> _users;
    private int _sweepAt;

    public TokenCache(AcquirerSetup setup, AcquisitionRunner runner)
    {
        _setup = setup;
        _runner = runner;
        _capacity = setup.Options.Capacity;
        _share = Math.Max(1, _capacity / 16);
        _sweepAt = _capacity;
        _users = new Lazy<OnBehalfOfCache>(() => new OnBehalfOfCache(setup, runner, setup.Options.OnBehalfOfCapacity));
        setup.Telemetry.Observe(this);
    }

    /// <summary>How many entries of the application there are.</summary>
    public int Count => _entries.Count;

    /// <summary>How many entries of users there are.</summary>
    public int UserCount => _users.IsValueCreated ? _users.Value.Count : 0;

    public TokenCacheEntry GetOrAdd(TokenRequest request) =>
        request.UserAssertion is not null ? _users.Value.GetOrAdd(request) : _entries.Find(request) ?? Add(request);

    public void Dispose()
    {
        lock (_adding)
        {
            foreach (var entry in _entries.ToArray())
            {
                entry.Retire();
            }

            _entries.Clear();
        }

        if (_users.IsValueCreated)
        {
            _users.Value.Dispose();
        }
    }

    private TokenCacheEntry Add(TokenRequest request)
    {
        // Adding costs a token request anyway. One at a time keeps the count exact and gives a request one entry.
        lock (_adding)
        {
            if (_entries.Find(request) is { } there)
            {
                return there;
            }

            if (_entries.Count >= _sweepAt)
            {
                Sweep();
            }

            var entry = new Entry(_setup, _runner, request);
            _entries.Add(entry);
            return entry;
        }
    }

    /// <summary>
    /// Makes room for a sixteenth of the capacity, so that a full table is not searched at every addition. The entries that were idle for
    /// longest go first.
    /// </summary>
    private void Sweep()
    {
        var before = _entries.Count;
        var wanted = before - _capacity + _share;
        var candidates = _entries.ToArray();
        Array.Sort(Array.ConvertAll(candidates, candidate => candidate.RefreshAt), candidates);
        foreach (var entry in candidates)
        {
            if (wanted == 0)
            {
                break;
            }

            // A caller who found the entry before this line gets nothing from the retired entry. It comes back for the next one, and waits
            // for the end of this sweep.
            if (entry.TryRetire())
            {
                wanted--;
            }
        }

        _entries.RemoveRetired();
        _setup.Telemetry.Evicted(before - _entries.Count, "application");

        // This is the capacity again, unless entries had to stay because their first acquisition is in flight.
        _sweepAt = _entries.Count + _share;
    }

    /// <summary>An entry of the application.</summary>
    private sealed class Entry(AcquirerSetup setup, AcquisitionRunner runner, TokenRequest key) : TokenCacheEntry(setup, runner, key);
}
