using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

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

    private readonly MemoryCache _entries = new(new MemoryCacheOptions { Clock = new WallClock(setup.TimeProvider) });
    private readonly Lock _adding = new();
    private readonly int _share = Math.Max(1, capacity / 16);
    private int _makeRoomAt;
    private bool _isDisposed;

    public int Count => _entries.Count;

    private AcquirerSetup Setup => setup;

    private AcquisitionRunner Runner => runner;

    public TokenCacheEntry GetOrAdd(TokenRequest request) =>
        _entries.Get<TokenCacheEntry>(request.CacheKey) ?? Add(request, request.CacheKey);

    /// <summary>How long an entry stays in the cache when the user's assertion expires after <paramref name="left"/>.</summary>
    internal static TimeSpan Stay(TimeSpan left) =>
        TimeSpan.FromTicks(Math.Clamp(left.Ticks, ShortestStay.Ticks, LongestStay.Ticks));

    public void Dispose()
    {
        lock (_adding)
        {
            _isDisposed = true;
            _entries.Dispose();
        }
    }

    private Entry Add(TokenRequest request, TokenRequest key)
    {
        // MemoryCache alone may give a key two entries under a race, and silently drops new ones once it is full. So entries are added one
        // at a time, after room was made.
        lock (_adding)
        {
            if (_entries.Get<Entry>(key) is { } there)
            {
                return there;
            }

            MakeRoom();
            var now = setup.TimeProvider.GetUtcNow();
            var endsOn = request.User?.ExpiresOn ?? DateTimeOffset.MaxValue;
            var entry = new Entry(this, key, endsOn.UtcTicks, leavesOn: now + Stay(endsOn - now));
            entry.Store();
            return entry;
        }
    }

    /// <summary>
    /// Once the capacity is reached, makes room for a sixteenth of it. Failed entries go first, then the least recently used.
    /// </summary>
    private void MakeRoom()
    {
        var before = _entries.Count;
        if (before < capacity)
        {
            _makeRoomAt = capacity;
        }
        else if (before >= _makeRoomAt)
        {
            // MemoryCache is told which part to remove, and rounds the number of entries down.
            var wanted = before - capacity + _share;
            _entries.Compact((wanted + 0.5) / before);
            setup.Telemetry.Evicted(before - _entries.Count, "user");

            // Entries beyond the capacity wait for their first result. They are looked at again once there are a good many more.
            _makeRoomAt = _entries.Count + _share;
        }
    }

    /// <summary>A user's entry. Its token is not served after the user's assertion has expired.</summary>
    /// <param name="cache">The cache it is in.</param>
    /// <param name="key">Its key.</param>
    /// <param name="notAfter">When the assertion expires, in UTC ticks; the largest number when it has no expiry.</param>
    /// <param name="leavesOn">When the entry leaves the cache.</param>
    private sealed class Entry(OnBehalfOfCache cache, TokenRequest key, long notAfter, DateTimeOffset leavesOn)
        : TokenCacheEntry(cache.Setup, cache.Runner, key)
    {
        // An entry that waits for its first result is never removed, one whose acquisition failed is removed first.
        private CacheItemPriority _priority = CacheItemPriority.NeverRemove;

        protected override long NotAfter => notAfter;

        public void Store() =>
            cache._entries.Set(Key, this, new MemoryCacheEntryOptions { AbsoluteExpiration = leavesOn, Priority = _priority });

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
                if (!cache._isDisposed && ReferenceEquals(cache._entries.Get(Key), this))
                {
                    Store();
                }
            }
        }
    }

    /// <summary>The acquirer's clock, as <see cref="MemoryCache"/> wants it.</summary>
    private sealed class WallClock(TimeProvider timeProvider) : ISystemClock
    {
        public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
    }
}
