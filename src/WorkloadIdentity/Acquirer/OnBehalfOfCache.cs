using Microsoft.Extensions.Caching.Memory;

namespace WorkloadIdentity;

/// <summary>
/// The cache entries of users, keyed by <see cref="TokenRequest.CacheKey"/>: no user's JWT is kept. <see cref="MemoryCache"/> bounds their
/// memory and removes them when the assertion expires. Whether a token may be served is decided by <see cref="CachedToken"/> alone.
/// </summary>
internal sealed class OnBehalfOfCache(AcquirerSetup setup, AcquisitionRunner runner, int capacity) : IDisposable
{
    // An assertion that has expired, or has no expiry, still gets one acquisition for all callers who hold it.
    private static readonly TimeSpan ShortestStay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStay = TimeSpan.FromDays(1);

    private readonly MemoryCache _entries = new(new MemoryCacheOptions());
    private readonly Lock _adding = new();
    private int _crowd;
    private bool _isDisposed;

    public int Count => _entries.Count;

    private AcquirerSetup Setup => setup;

    private AcquisitionRunner Runner => runner;

    public TokenCacheEntry GetOrAdd(TokenRequest request)
    {
        var key = request.CacheKey;
        if (_entries.TryGetValue<TokenCacheEntry>(key, out var found) && found is not null)
        {
            return found;
        }

        // MemoryCache alone may give a key two entries under a race, and silently drops new ones once it is full. So entries are added one
        // at a time, after room was made.
        lock (_adding)
        {
            if (_entries.TryGetValue<TokenCacheEntry>(key, out var there) && there is not null)
            {
                return there;
            }

            if (_entries.Count >= Math.Max(capacity, _crowd))
            {
                MakeRoom();
            }

            var endsOn = request.User?.ExpiresOn;
            var stay = (endsOn - setup.TimeProvider.GetUtcNow()) ?? LongestStay;
            var leavesOn = Clock() + (stay < ShortestStay ? ShortestStay : stay < LongestStay ? stay : LongestStay);
            var entry = new Entry(this, key, (endsOn ?? DateTimeOffset.MaxValue).UtcTicks, leavesOn);
            entry.Store();
            return entry;
        }
    }

    public void Dispose()
    {
        lock (_adding)
        {
            _isDisposed = true;
            _entries.Dispose();
        }
    }

    /// <summary>Removes a twentieth of the entries: failed ones first, then the least recently used.</summary>
    private void MakeRoom()
    {
        var before = _entries.Count;
        _entries.Compact(Math.Max(0.05, 1.0 / capacity));
        setup.Telemetry.Evicted(before - _entries.Count, "user");

        // Entries beyond the capacity wait for their first result. They are looked at again once there are a good many more.
        _crowd = _entries.Count < capacity ? 0 : _entries.Count + Math.Max(1, capacity / 16);
    }

    /// <summary>The clock of <see cref="MemoryCache"/>.</summary>
    private static DateTimeOffset Clock() => TimeProvider.System.GetUtcNow();

    /// <summary>A user's entry. Its token is not served after the user's assertion has expired.</summary>
    /// <param name="cache">The cache it is in.</param>
    /// <param name="key">Its key.</param>
    /// <param name="notAfter">When the assertion expires, in UTC ticks; the largest number when it has no expiry.</param>
    /// <param name="leavesOn">When the entry leaves the cache.</param>
    private sealed class Entry(OnBehalfOfCache cache, TokenRequest key, long notAfter, DateTimeOffset leavesOn)
        : TokenCacheEntry(cache.Setup, cache.Runner)
    {
        // An entry that waits for its first result is never removed, one whose acquisition failed is removed first.
        private CacheItemPriority _priority = CacheItemPriority.NeverRemove;

        protected override long NotAfter => notAfter;

        public void Store() =>
            cache._entries.Set(key, this, new MemoryCacheEntryOptions { AbsoluteExpiration = leavesOn, Priority = _priority });

        /// <summary>Stores the entry with its new priority, unless it has left the cache or another one took its place.</summary>
        protected override void Completed()
        {
            var priority = HoldsUnexpiredToken ? CacheItemPriority.Normal : CacheItemPriority.Low;
            if (_priority == priority)
            {
                return;
            }

            lock (cache._adding)
            {
                _priority = priority;
                if (!cache._isDisposed && cache._entries.TryGetValue<TokenCacheEntry>(key, out var there) && ReferenceEquals(there, this))
                {
                    Store();
                }
            }
        }
    }
}
