namespace WorkloadIdentity;

/// <summary>
/// A hash table of cache entries. Any thread finds an entry without a lock, while one thread at a time changes the table. A bucket has the
/// hash of a request beside its entry, so a hit reads the bucket and then the entry (docs/decisions/0013).
/// </summary>
/// <remarks>
/// Open addressing with linear probing. A bucket is filled once and never emptied: growth and removal fill a new array and publish it. A
/// thread that searches an older array finds what was there. What is not found is looked up again under the lock of who adds.
/// </remarks>
internal sealed class TokenCacheTable
{
    private const int Smallest = 16;

    private volatile Bucket[] _buckets = new Bucket[Smallest];

    /// <summary>How many entries there are.</summary>
    public int Count { get; private set; }

    /// <summary>The entry of a request that is not retired; null when there is none.</summary>
    public TokenCacheEntry? Find(TokenRequest request)
    {
        var buckets = _buckets;
        var hash = request.GetHashCode();
        for (var at = First(hash, buckets); ; at = Next(at, buckets))
        {
            // At most three of four buckets are filled, so every search ends.
            if (Volatile.Read(ref buckets[at].Entry) is not { } entry)
            {
                return null;
            }

            if (buckets[at].Hash == hash && !entry.IsRetired && entry.Key.Equals(request))
            {
                return entry;
            }
        }
    }

    /// <summary>Adds the entry of a request that has none. One thread at a time.</summary>
    public void Add(TokenCacheEntry entry)
    {
        if (Count >= _buckets.Length / 4 * 3)
        {
            Rebuild(_buckets.Length * 2);
        }

        Fill(_buckets, entry.Key.GetHashCode(), entry);
        Count++;
    }

    /// <summary>Removes the entries that are retired. One thread at a time.</summary>
    public void RemoveRetired() => Rebuild(_buckets.Length);

    /// <summary>Removes all entries. One thread at a time.</summary>
    public void Clear()
    {
        _buckets = new Bucket[Smallest];
        Count = 0;
    }

    /// <summary>The entries, in no order. For the thread that changes the table.</summary>
    public TokenCacheEntry[] ToArray() => [.. _buckets.Select(bucket => bucket.Entry).OfType<TokenCacheEntry>()];

    private void Rebuild(int length)
    {
        var (buckets, count) = (new Bucket[length], 0);
        foreach (var bucket in _buckets)
        {
            if (bucket.Entry is { IsRetired: false } entry)
            {
                Fill(buckets, bucket.Hash, entry);
                count++;
            }
        }

        _buckets = buckets;
        Count = count;
    }

    /// <summary>Fills the first free bucket. The hash is written first: who sees the entry sees its hash.</summary>
    private static void Fill(Bucket[] buckets, int hash, TokenCacheEntry entry)
    {
        var at = First(hash, buckets);
        while (buckets[at].Entry is not null)
        {
            at = Next(at, buckets);
        }

        buckets[at].Hash = hash;
        Volatile.Write(ref buckets[at].Entry, entry);
    }

    /// <summary>
    /// The last bits of the hash choose the bucket. <see cref="TokenRequest.GetHashCode"/> mixes all its bits, differently in each process:
    /// who chooses tenants cannot choose buckets.
    /// </summary>
    private static int First(int hash, Bucket[] buckets) => hash & (buckets.Length - 1);

    private static int Next(int at, Bucket[] buckets) => (at + 1) & (buckets.Length - 1);

    private struct Bucket
    {
        public TokenCacheEntry? Entry;
        public int Hash;
    }
}
