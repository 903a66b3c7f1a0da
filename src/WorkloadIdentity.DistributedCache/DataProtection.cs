using System.Security.Cryptography;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Protection by functions of the application's. They know no entry: that a value is the one asked for shows in its plaintext.
/// </summary>
internal sealed class DataProtection(Func<byte[], byte[]> protect, Func<byte[], byte[]> unprotect) : TokenProtection
{
    internal override byte[] Protect(byte[] plaintext, ReadOnlySpan<byte> name) => protect(plaintext);

    internal override byte[] Unprotect(byte[] value, ReadOnlySpan<byte> name)
    {
        try
        {
            return unprotect(value);
        }
        catch (CryptographicException)
        {
            throw new UnusableValueException(
                "Data Protection cannot decrypt it: it was altered, or its key ring is not the one of the process that wrote it.");
        }
    }
}
