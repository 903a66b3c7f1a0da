namespace WorkloadIdentity.DistributedCache;

/// <summary>The value in the cache is not valid for the requested entry. The message contains nothing of the value.</summary>
internal sealed class UnusableValueException(string reason) : Exception(reason);
