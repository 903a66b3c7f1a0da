namespace WorkloadIdentity.DistributedCache;

/// <summary>One call for one entry, and when it began: what it says about a circuit that has opened since is of no interest.</summary>
internal readonly record struct CacheCall(string Name, int Round, int EntryRound);
