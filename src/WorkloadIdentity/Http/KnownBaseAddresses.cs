using System.Collections.Concurrent;

namespace WorkloadIdentity;

/// <summary>
/// The origins of the base addresses that a client's configuration set. Configuration may compute another one for each client it makes,
/// so the number is bounded: those that were not set for the longest time are forgotten first. Safe for concurrent use.
/// </summary>
internal sealed class KnownBaseAddresses
{
    /// <summary>So many are known at least: those that were set last.</summary>
    public const int MinKnown = 4096;

    private readonly Lock _adding = new();
    private volatile ConcurrentDictionary<Origin, bool> _recent = new();
    private volatile ConcurrentDictionary<Origin, bool> _earlier = new();
    private volatile bool _hasForgotten;

    /// <summary>Whether any was forgotten.</summary>
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

                // In this order, a reader finds what both hold at any moment.
                _earlier = _recent;
                _recent = new();
            }

            _recent.TryAdd(origin, true);
        }
    }
}
