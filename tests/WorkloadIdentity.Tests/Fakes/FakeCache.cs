using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using WorkloadIdentity.DistributedCache;

namespace WorkloadIdentity.Tests;

/// <summary>A distributed cache that a test looks into, alters and breaks. It expires nothing by itself.</summary>
internal sealed class FakeCache : IDistributedCache
{
    private int _reads;
    private int _writes;
    private int _probes;

    public ConcurrentDictionary<string, byte[]> Entries { get; } = new();

    public ConcurrentDictionary<string, TimeSpan?> Lifetimes { get; } = new();

    /// <summary>What a read does instead; it may block, hang or throw.</summary>
    public Func<string, CancellationToken, Task<byte[]?>>? Reads { get; set; }

    /// <summary>What a write does before anything is kept.</summary>
    public Func<string, CancellationToken, Task>? Writes { get; set; }

    /// <summary>
    /// Calls for entries that nobody asked for, which try whether the cache answers at all. They count here alone, and leave nothing.
    /// </summary>
    public int ProbeCalls => Volatile.Read(ref _probes);

    public int ReadCalls => Volatile.Read(ref _reads);

    public int WriteCalls => Volatile.Read(ref _writes);

    /// <summary>The one entry that holds a token.</summary>
    public string TokenName => Assert.Single(Entries.Keys, name => !name.EndsWith(":lease", StringComparison.Ordinal));

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Interlocked.Increment(ref IsProbe(key) ? ref _probes : ref _reads);
        return Reads?.Invoke(key, token) ?? Task.FromResult(Entries.GetValueOrDefault(key));
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Interlocked.Increment(ref IsProbe(key) ? ref _probes : ref _writes);
        if (Writes is { } writes)
        {
            await writes(key, token);
        }

        if (IsProbe(key))
        {
            return;
        }

        Entries[key] = value;
        Lifetimes[key] = options.AbsoluteExpirationRelativeToNow;
    }

    private static bool IsProbe(string key) => key.StartsWith(CacheHealth.ProbePrefix, StringComparison.Ordinal);

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}
