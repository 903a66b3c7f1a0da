using System.Diagnostics;
using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace WorkloadIdentity.DistributedCache;

/// <summary>How a <see cref="DistributedTokenStore"/> names and protects what it keeps. Read once, when the store is constructed.</summary>
public sealed class DistributedTokenStoreOptions
{
    /// <summary>
    /// The key of the hash (HMAC-SHA-256) that names entries: the same in every process of the fleet, and used for nothing else. Without
    /// it, a dump does not reveal which identity uses which API. If you change it, the old entries are not found; that is all that
    /// the change costs.
    /// </summary>
    /// <value>At least 32 random bytes: <c>openssl rand -base64 32</c>. Required.</value>
    [JsonIgnore]
    [IgnoreDataMember]
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public byte[]? NamingKey { get; set; }

    /// <summary>Encrypts and authenticates the values. Required.</summary>
    public TokenProtection? Protection { get; set; }

    /// <summary>How long one call to the cache may take. A longer one is a miss, and the cache is then paused for a while.</summary>
    /// <value>From 10 ms to 1 s. The default is 1 s: a first connection with TLS on a busy machine fits in.</value>
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether a process that finds no token waits for another one that is already asking: at most 10 s while that process runs, and 2
    /// s after it died. It is best effort, not a lock: if it fails, more than one process asks.
    /// </summary>
    /// <value>The default is true.</value>
    public bool Lease { get; set; } = true;

    /// <summary>The clock of limits and expiry.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where log messages go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>A copy that nobody else can change, after its values were checked.</summary>
    /// <exception cref="ArgumentException">A value is missing or out of range.</exception>
    internal DistributedTokenStoreOptions Checked()
    {
        if (NamingKey is null)
        {
            throw new ArgumentException(
                $"{nameof(NamingKey)} is not set. Give every process of the fleet the same {EncryptionKey.Size} random bytes.",
                nameof(NamingKey));
        }

        EncryptionKey.RequireRandom(NamingKey, nameof(NamingKey), exactly: false, nameof(NamingKey));
        if (Protection is null)
        {
            throw new ArgumentException(
                $"{nameof(Protection)} is not set, and tokens are never kept unencrypted. Use "
                    + $"{nameof(TokenProtection)}.{nameof(TokenProtection.FromKeys)} or {nameof(TokenProtection.FromDataProtection)}.",
                nameof(Protection));
        }

        if (TimeLimit < TimeSpan.FromMilliseconds(10) || TimeLimit > TimeSpan.FromSeconds(1))
        {
            throw new ArgumentException($"{nameof(TimeLimit)} must be from 10 ms to 1 s: callers wait that long.", nameof(TimeLimit));
        }

        ArgumentNullException.ThrowIfNull(TimeProvider);
        var copy = (DistributedTokenStoreOptions)MemberwiseClone();
        copy.NamingKey = [.. NamingKey];
        return copy;
    }
}
