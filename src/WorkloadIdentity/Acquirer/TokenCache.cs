using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// Finds the one slot of a request. The application's slots stand in a bounded table that never gives a request two and never
/// evicts one in flight; those of users stand apart (<see cref="OnBehalfOfSlots"/>), so that users cannot push the application's out.
/// </summary>
internal sealed class TokenCache : IDisposable
{
    private readonly TokenFlights _flights;
    private readonly int _capacity;
    private readonly ConcurrentDictionary<TokenRequest, TokenSlot> _slots = new();
    private readonly Lock _adding = new();
    private readonly Lazy<OnBehalfOfSlots> _users;
    private int _count;
    private int _sweepAt;

    public TokenCache(TokenFlights flights, int capacity, int onBehalfOfCapacity)
    {
        _flights = flights;
        _capacity = capacity;
        _sweepAt = capacity;
        _users = new Lazy<OnBehalfOfSlots>(() => new OnBehalfOfSlots(flights, onBehalfOfCapacity));
    }

    /// <summary>How many slots of the application there are.</summary>
    public int Count => _count;

    /// <summary>How many slots of users there are.</summary>
    public int UserCount => _users.IsValueCreated ? _users.Value.Count : 0;

    public TokenSlot? Find(TokenRequest request) =>
        request.UserAssertion is not null ? _users.Value.Find(request)
        : _slots.TryGetValue(request, out var slot) ? slot
        : null;

    public TokenSlot GetOrAdd(TokenRequest request) =>
        request.UserAssertion is not null ? _users.Value.GetOrAdd(request)
        : _slots.TryGetValue(request, out var slot) ? slot
        : Add(request);

    public void Dispose()
    {
        lock (_adding)
        {
            foreach (var slot in _slots.Values)
            {
                slot.Forget();
            }

            _slots.Clear();
        }

        if (_users.IsValueCreated)
        {
            _users.Value.Dispose();
        }
    }

    private TokenSlot Add(TokenRequest request)
    {
        // Adding costs a token request anyway; one at a time keeps the count exact and a request in one slot.
        lock (_adding)
        {
            if (_slots.TryGetValue(request, out var there))
            {
                return there;
            }

            if (_count >= _sweepAt)
            {
                Sweep();
            }

            var slot = new TokenSlot(_flights);
            _slots[request] = slot;
            _count++;
            return slot;
        }
    }

    /// <summary>
    /// Makes room for a sixteenth of the table, so that a full one is not searched at every addition. Longest idle go first.
    /// </summary>
    private void Sweep()
    {
        var wanted = _count - _capacity + Math.Max(1, _capacity / 16);
        var before = _count;
        var candidates = _slots.ToArray();
        Array.Sort(Array.ConvertAll(candidates, entry => entry.Value.RefreshAt), candidates);
        foreach (var (request, slot) in candidates)
        {
            if (wanted == 0)
            {
                break;
            }

            // A caller who found the slot before this line meets a retired slot, and comes back for the next one.
            if (slot.TryRetire() && _slots.TryRemove(new KeyValuePair<TokenRequest, TokenSlot>(request, slot)))
            {
                _count--;
                wanted--;
            }
        }

        _flights.Metrics.Evicted(before - _count, "application");

        // Everything left is in flight: those slots hold no token yet, and are looked at again once there are a good many more.
        _sweepAt = wanted == 0 ? _capacity : _count + Math.Max(1, _capacity / 16);
    }
}
