namespace WorkloadIdentity.DistributedCache;

/// <summary>One call for one entry, and when it began. Its result does not count for a circuit that has opened since.</summary>
internal readonly record struct CacheCall(string Name, int Round, int EntryRound);
