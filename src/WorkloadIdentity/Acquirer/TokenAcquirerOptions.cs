using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity;

/// <summary>How a <see cref="TokenAcquirer"/> keeps and refreshes tokens. Read once, when the acquirer is constructed.</summary>
public sealed class TokenAcquirerOptions
{
    /// <summary>How many tokens of the application itself are held, over all scopes and tenants.</summary>
    /// <value>At least 1. The default is 10,000; each costs about 3 kB, most of it the token. Acquisitions under way do not count.</value>
    public int Capacity { get; set; } = 10_000;

    /// <summary>How many tokens acquired on behalf of users are held. They never push out the application's own.</summary>
    /// <value>At least 1. The default is 10,000.</value>
    public int OnBehalfOfCapacity { get; set; } = 10_000;

    /// <summary>
    /// How many acquisitions of the application run at once, and how many on behalf of users. The two take turns separately; further
    /// acquisitions wait their turn.
    /// </summary>
    /// <value>At least 1. The default is 64.</value>
    public int MaxConcurrentAcquisitions { get; set; } = 64;

    /// <summary>
    /// How many acquisitions of the application may wait for a turn, and how many on behalf of users. Beyond that an acquisition fails at
    /// once. One that no caller waits for any more leaves the queue.
    /// </summary>
    /// <value>At least 1. The default is 20,000.</value>
    public int MaxQueuedAcquisitions { get; set; } = 20_000;

    /// <summary>
    /// How long one acquisition may take, its wait for a turn and the credential's retries included. Once it runs it ends on this limit
    /// alone, never because a waiting caller left.
    /// </summary>
    /// <value>More than zero, at most one hour. The default is 2 minutes: IMDS may be away for 70 s while it is upgraded.</value>
    public TimeSpan AcquisitionTimeLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock of ages, limits and back-off.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>A second level behind the cache, shared with other processes; null for none.</summary>
    /// <remarks>Only for credentials with a <see cref="Credential.Partition"/>.</remarks>
    public TokenStore? Store { get; set; }

    /// <summary>Where log messages go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Makes the meter metrics are published on; null makes one of our own.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>The name the identity was registered under, for what operators see; null for none.</summary>
    internal string? Identity { get; set; }

    /// <summary>
    /// For tests: returns a number from 0 (included) to 1 (excluded), once per token. It is the share of min(5 min, a tenth of its
    /// lifetime) that its refresh comes early, so that a fleet does not refresh in step. Called concurrently.
    /// </summary>
    internal Func<double> Jitter { get; set; } = Random.Shared.NextDouble;

    /// <summary>Where the wish for a report is read; null for the variables of the process.</summary>
    internal WorkloadEnvironment? Environment { get; set; }

    /// <summary>In tests, where a report is written that no log takes; null for standard error.</summary>
    internal TextWriter? StandardError { get; set; }

    /// <summary>In tests, the ticks of the coarse clock; null for those of the system, where its clock is used.</summary>
    internal Func<long>? CoarseTicks { get; set; }

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal TokenAcquirerOptions Checked()
    {
        Check(Capacity >= 1, nameof(Capacity), "at least 1");
        Check(OnBehalfOfCapacity >= 1, nameof(OnBehalfOfCapacity), "at least 1");
        Check(MaxConcurrentAcquisitions >= 1, nameof(MaxConcurrentAcquisitions), "at least 1");
        Check(MaxQueuedAcquisitions >= 1, nameof(MaxQueuedAcquisitions), "at least 1");
        Check(
            AcquisitionTimeLimit > TimeSpan.Zero && AcquisitionTimeLimit <= TimeSpan.FromHours(1),
            nameof(AcquisitionTimeLimit),
            "more than zero and at most one hour");
        ArgumentNullException.ThrowIfNull(Jitter);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return (TokenAcquirerOptions)MemberwiseClone();

        static void Check(bool holds, string name, string range)
        {
            if (!holds)
            {
                throw new ArgumentException($"TokenAcquirerOptions.{name} must be {range}.", name);
            }
        }
    }
}
