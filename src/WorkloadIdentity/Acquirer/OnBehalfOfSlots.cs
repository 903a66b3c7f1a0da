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

    public int Count => _slots.Count;

    public TokenSlot? Find(TokenRequest request) => _slots.Get<TokenSlot>(request.OnBehalfOfKey);

    public TokenSlot GetOrAdd(TokenRequest request)
    {
        var key = request.OnBehalfOfKey;
        if (_slots.TryGetValue<TokenSlot>(key, out var found) && found is not null)
        {
            return found;
        }

        // MemoryCache alone would give a key two slots under a race, and drop new ones silently once full: one at a time, with room made first.
        lock (_adding)
        {
            if (_slots.TryGetValue<TokenSlot>(key, out var there) && there is not null)
            {
                return there;
            }

            if (_slots.Count >= capacity)
            {
                var before = _slots.Count;
                _slots.Compact(Math.Max(0.05, 1.0 / capacity));
                flights.Metrics.Evicted(before - _slots.Count, "user");
            }

            var endsOn = UnverifiedJwt.TryRead(request.UserAssertion)?.ExpiresOn;
            var slot = new TokenSlot(flights, endsOn);
            var stay = (endsOn - flights.TimeProvider.GetUtcNow()) ?? LongestStay;
            _slots.Set(key, slot, stay < ShortestStay ? ShortestStay : stay < LongestStay ? stay : LongestStay);
            return slot;
        }
    }

    public void Dispose() => _slots.Dispose();
}
