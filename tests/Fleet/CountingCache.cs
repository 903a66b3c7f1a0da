using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace Fleet;

/// <summary>The cache of an application, and how many calls it gets. Its entries stay for a day: the fleet's time is not Redis's.</summary>
internal sealed class CountingCache(IBufferDistributedCache inner, CallCounts counts) : IBufferDistributedCache
{
    private static readonly DistributedCacheEntryOptions ForADay = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(1) };

    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        using var call = counts.Begin();
        return await inner.TryGetAsync(key, destination, token);
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        using var call = counts.Begin();
        await inner.SetAsync(key, value, ForADay, token);
    }

    public ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        throw NotCalled();

    public bool TryGet(string key, IBufferWriter<byte> destination) => throw NotCalled();

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) => throw NotCalled();

    public byte[]? Get(string key) => throw NotCalled();

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => throw NotCalled();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw NotCalled();

    public void Refresh(string key) => throw NotCalled();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw NotCalled();

    public void Remove(string key) => throw NotCalled();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw NotCalled();

    private static NotSupportedException NotCalled() => new("The token store calls this now. Count it, or the calculation is wrong.");
}
