namespace WorkloadIdentity.DistributedCache;

/// <summary>What the cache gave is not a value of ours for the entry asked for. The message is ours and quotes nothing of it.</summary>
internal sealed class UnusableValueException(string reason) : Exception(reason);
