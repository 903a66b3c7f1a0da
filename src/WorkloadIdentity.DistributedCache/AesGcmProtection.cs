using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// AES-256-GCM. Each value has a key and a nonce of its own, derived from 32 random bytes (HKDF, RFC 5869 section 2.3), so that no number
/// of values written by any number of processes brings a nonce back: with random 96-bit nonces under one key that would become a concern at
/// 2^32 values.
/// </summary>
/// <remarks>
/// <code>version (1) | length of the key id (1) | key id | salt (32) | ciphertext | tag (16)</code>
/// Version, key id and the entry's name are authenticated with it: an altered, re-labelled or moved value does not decrypt.
/// </remarks>
internal sealed class AesGcmProtection(Func<IReadOnlyList<EncryptionKey>> keys) : TokenProtection
{
    private const byte Version = 1;
    private const int SaltSize = 32;
    private const int TagSize = 16;
    private const int NonceSize = 12;

    /// <exception cref="ArgumentException">There is no key, one is null, or two have the same id.</exception>
    public static IReadOnlyList<EncryptionKey> Checked(IEnumerable<EncryptionKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        IReadOnlyList<EncryptionKey> ring = [.. keys];
        if (ring.Count == 0 || ring.Contains(null!))
        {
            throw new ArgumentException(
                ring.Count == 0 ? "At least one encryption key is needed." : "One of the encryption keys is null.", nameof(keys));
        }

        return ring.GroupBy(key => key.Id).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new ArgumentException($"Two encryption keys have the id '{twice.Key}'. Give each key its own id.", nameof(keys))
            : ring;
    }

    internal override byte[] Protect(byte[] plaintext, ReadOnlySpan<byte> name)
    {
        var key = keys()[0];
        var value = new byte[2 + key.Id.Length + SaltSize + plaintext.Length + TagSize];
        value[0] = Version;
        value[1] = (byte)key.Id.Length;
        Encoding.ASCII.GetBytes(key.Id, value.AsSpan(2));
        var header = value.AsSpan(0, 2 + key.Id.Length);
        var salt = value.AsSpan(header.Length, SaltSize);
        RandomNumberGenerator.Fill(salt);

        Span<byte> derived = stackalloc byte[EncryptionKey.Size + NonceSize];
        using var aes = Derive(key, salt, derived);
        aes.Encrypt(
            derived[EncryptionKey.Size..],
            plaintext,
            value.AsSpan(header.Length + SaltSize, plaintext.Length),
            value.AsSpan(value.Length - TagSize),
            [.. header, .. name]);
        CryptographicOperations.ZeroMemory(derived);
        return value;
    }

    internal override byte[] Unprotect(byte[] value, ReadOnlySpan<byte> name)
    {
        if (value.Length < 2 || value[0] != Version || value.Length < 2 + value[1] + SaltSize + TagSize)
        {
            throw new UnusableValueException("It is not a value of this version of the store, or a part of it is missing.");
        }

        var header = value.AsSpan(0, 2 + value[1]);
        var id = Encoding.ASCII.GetString(header[2..]);
        var key = keys().FirstOrDefault(key => key.Id == id)
            ?? throw new UnusableValueException(
                "It was encrypted with a key that this process does not have. Give every process all keys in use before one of "
                    + "them encrypts with a new one.");

        var plaintext = new byte[value.Length - header.Length - SaltSize - TagSize];
        Span<byte> derived = stackalloc byte[EncryptionKey.Size + NonceSize];
        using var aes = Derive(key, value.AsSpan(header.Length, SaltSize), derived);
        try
        {
            aes.Decrypt(
                derived[EncryptionKey.Size..], value.AsSpan(header.Length + SaltSize, plaintext.Length),
                value.AsSpan(value.Length - TagSize), plaintext, [.. header, .. name]);
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new UnusableValueException(
                $"It was altered, belongs to another entry, or was encrypted with another key of the id '{key.Id}'.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    private static AesGcm Derive(EncryptionKey key, ReadOnlySpan<byte> salt, Span<byte> derived)
    {
        HKDF.Expand(HashAlgorithmName.SHA256, key.GetBytes(), derived, [.. "WorkloadIdentity.DistributedCache/AES-256-GCM/1/"u8, .. salt]);
        return new AesGcm(derived[..EncryptionKey.Size], TagSize);
    }
}
