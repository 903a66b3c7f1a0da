namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Encrypts and authenticates what a <see cref="DistributedTokenStore"/> hands to a cache that others may read and write.
/// Made by <c>FromKeys</c> or <c>FromDataProtection</c>. Safe for concurrent use.
/// </summary>
public abstract class TokenProtection
{
    private protected TokenProtection()
    {
    }

    /// <summary>AES-256-GCM with keys of the application's own, for programs without ASP.NET Core.</summary>
    /// <param name="keys">The first encrypts; each of them decrypts. To rotate: add the new key at the end everywhere, then move it to the
    /// front everywhere, then remove the old one.</param>
    /// <exception cref="ArgumentException">There is no key, one is null, or two have the same id.</exception>
    public static TokenProtection FromKeys(params IEnumerable<EncryptionKey> keys)
    {
        var ring = AesGcmProtection.Checked(keys);
        return new AesGcmProtection(() => ring);
    }

    /// <summary>AES-256-GCM with keys that may change while the program runs.</summary>
    /// <param name="keys">
    /// Gives the keys, the one that encrypts first. Called at each use, concurrently: it should answer from memory. When it throws, or
    /// gives keys that cannot be used, the store does without the cache and says so.
    /// </param>
    public static TokenProtection FromKeys(Func<IReadOnlyList<EncryptionKey>> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return new AesGcmProtection(() => AesGcmProtection.Checked(keys()));
    }

    /// <summary>
    /// ASP.NET Core Data Protection, or anything else with its promise: what comes out of <paramref name="protect"/> can be neither read
    /// nor made by others, and <paramref name="unprotect"/> throws for whatever was altered.
    /// </summary>
    /// <remarks>
    /// <c>var protector = dataProtection.CreateProtector("WorkloadIdentity.DistributedCache");
    /// TokenProtection.FromDataProtection(protector.Protect, protector.Unprotect)</c>. Two functions instead of an <c>IDataProtector</c>,
    /// so that this package brings no ASP.NET Core into programs that have none.
    /// </remarks>
    /// <param name="protect"><c>protector.Protect</c>.</param>
    /// <param name="unprotect"><c>protector.Unprotect</c>.</param>
    public static TokenProtection FromDataProtection(Func<byte[], byte[]> protect, Func<byte[], byte[]> unprotect)
    {
        ArgumentNullException.ThrowIfNull(protect);
        ArgumentNullException.ThrowIfNull(unprotect);
        return new DataProtection(protect, unprotect);
    }

    /// <summary>Encrypts.</summary>
    /// <param name="plaintext">What to encrypt.</param>
    /// <param name="name">The entry it is for.</param>
    internal abstract byte[] Protect(byte[] plaintext, ReadOnlySpan<byte> name);

    /// <summary>Decrypts what was made for the entry of this name.</summary>
    /// <exception cref="UnusableValueException">It was not, or was altered.</exception>
    internal abstract byte[] Unprotect(byte[] value, ReadOnlySpan<byte> name);
}
