using Microsoft.Extensions.Caching.Memory;

namespace WorkloadIdentity;

/// <summary>What a user's slot knows of its place in the cache.</summary>
/// <param name="slots">The cache.</param>
/// <param name="key">The key in it: <see cref="TokenRequest.CacheKey"/>.</param>
/// <param name="notAfter">When the user assertion ends, in UTC ticks; the largest number when it does not say.</param>
/// <param name="leavesOn">When the entry leaves the cache.</param>
internal sealed class OnBehalfOfEntry(OnBehalfOfSlots slots, TokenRequest key, long notAfter, DateTimeOffset leavesOn)
{
    public TokenRequest Key => key;

    public long NotAfter => notAfter;

    public DateTimeOffset LeavesOn => leavesOn;

    /// <summary>
    /// In which order entries make room: failed ones first, then those with a token; those that wait for their first verdict never.
    /// </summary>
    public CacheItemPriority Priority { get; private set; } = CacheItemPriority.NeverRemove;

    /// <summary>An acquisition of the slot ended.</summary>
    public void Landed(TokenSlot slot, bool hasToken)
    {
        var priority = hasToken ? CacheItemPriority.Normal : CacheItemPriority.Low;
        if (Priority != priority)
        {
            Priority = priority;
            slots.Update(this, slot);
        }
    }
}
