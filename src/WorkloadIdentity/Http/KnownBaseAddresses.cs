using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// The origins of the base addresses that a client's configuration set. Configuration may compute another address for each client, so the
/// number is limited. The ones that were set least recently are forgotten first. Safe for concurrent use.
/// </summary>
internal sealed class KnownBaseAddresses
{
    /// <summary>The number of last set addresses that are always known.</summary>
    public const int MinKnown = 4096;

    private readonly Lock _adding = new();
    private volatile ConcurrentDictionary<Origin, bool> _recent = new();
    private volatile ConcurrentDictionary<Origin, bool> _earlier = new();
    private volatile bool _hasForgotten;

    /// <summary>Whether an address was forgotten.</summary>
    public bool HasForgotten => _hasForgotten;

    public bool Contains(Origin origin) => _recent.ContainsKey(origin) || _earlier.ContainsKey(origin);

    public void Add(Origin origin)
    {
        if (_recent.ContainsKey(origin))
        {
            return;
        }

        lock (_adding)
        {
            if (_recent.Count >= MinKnown)
            {
                _hasForgotten |= !_earlier.IsEmpty;

                // In this order, a concurrent reader always finds the addresses of both.
                _earlier = _recent;
                _recent = new();
            }

            _recent.TryAdd(origin, true);
        }
    }
}
