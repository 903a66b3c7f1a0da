using Microsoft.Extensions.Caching.Memory;

namespace WorkloadIdentity;

/// <summary>
/// The slots of users, keyed by the SHA-256 of their assertions: no user's JWT is kept. <see cref="MemoryCache"/> bounds their memory and
/// drops them when their assertion ends; whether a token may be served is decided by its freshness alone.
/// </summary>
internal sealed class OnBehalfOfSlots(TokenFlights flights, int capacity) : IDisposable
{
    // An assertion that has ended already, or does not say when it ends, still deserves one flight for all who hold it.
    private static readonly TimeSpan ShortestStay = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStay = TimeSpan.FromDays(1);

    private readonly MemoryCache _slots = new(new MemoryCacheOptions());
    private readonly Lock _adding = new();
    private int _crowd;
    private bool _isDisposed;

    public int Count => _slots.Count;

    public TokenSlot? Find(TokenRequest request) => _slots.Get<TokenSlot>(request.CacheKey);

    public TokenSlot GetOrAdd(TokenRequest request)
    {
        var key = request.CacheKey;
        if (_slots.TryGetValue<TokenSlot>(key, out var found) && found is not null)
        {
            return found;
        }

        // MemoryCache alone would give a key two slots under a race, and drop new ones silently once full: one at a time, with room made
        // first.
        lock (_adding)
        {
            if (_slots.TryGetValue<TokenSlot>(key, out var there) && there is not null)
            {
                return there;
            }

            if (_slots.Count >= Math.Max(capacity, _crowd))
            {
                MakeRoom();
            }

            var endsOn = UnverifiedJwt.TryRead(request.UserAssertion)?.ExpiresOn;
            var stay = (endsOn - flights.TimeProvider.GetUtcNow()) ?? LongestStay;
            var leavesOn = Clock() + (stay < ShortestStay ? ShortestStay : stay < LongestStay ? stay : LongestStay);
            var entry = new OnBehalfOfEntry(this, key, (endsOn ?? DateTimeOffset.MaxValue).UtcTicks, leavesOn);
            var slot = new TokenSlot(flights, entry);
            Set(entry, slot);
            return slot;
        }
    }

    /// <summary>Tells the cache what became of an entry, unless it has left meanwhile or another took its place.</summary>
    public void Update(OnBehalfOfEntry entry, TokenSlot slot)
    {
        lock (_adding)
        {
            if (!_isDisposed && _slots.TryGetValue<TokenSlot>(entry.Key, out var there) && ReferenceEquals(there, slot))
            {
                Set(entry, slot);
            }
        }
    }

    public void Dispose()
    {
        lock (_adding)
        {
            _isDisposed = true;
            _slots.Dispose();
        }
    }

    private void Set(OnBehalfOfEntry entry, TokenSlot slot) =>
        _slots.Set(entry.Key, slot, new MemoryCacheEntryOptions { AbsoluteExpiration = entry.LeavesOn, Priority = entry.Priority });

    /// <summary>Makes room for a twentieth: failed entries go first, then the least recently used.</summary>
    private void MakeRoom()
    {
        var before = _slots.Count;
        _slots.Compact(Math.Max(0.05, 1.0 / capacity));
        flights.Metrics.Evicted(before - _slots.Count, "user");

        // What is left beyond the capacity waits for its first verdict. It is looked at again once there are a good many more.
        _crowd = _slots.Count < capacity ? 0 : _slots.Count + Math.Max(1, capacity / 16);
    }

    /// <summary>The clock that the cache knows.</summary>
    private static DateTimeOffset Clock() => TimeProvider.System.GetUtcNow();
}
