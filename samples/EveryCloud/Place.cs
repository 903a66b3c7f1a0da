using WorkloadIdentity;

namespace EveryCloudSample;

/// <summary>Somewhere the identity reads something.</summary>
internal abstract class Place
{
    public abstract string Name { get; }

    /// <summary>Why it cannot be reached on this machine; null if it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Reads something.</summary>
    /// <returns>What was read, and who the identity was to the place.</returns>
    public abstract Task<(string Read, string Who)> ReadAsync(ITokenAcquirer acquirer);
}
