using System.Buffers;
using System.Diagnostics;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// A key for <see cref="TokenProtection.FromKeys(IEnumerable{EncryptionKey})"/>, and the name by which values say what they were encrypted
/// with. Immutable.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EncryptionKey
{
    /// <summary>Bytes of a key: AES-256.</summary>
    internal const int Size = 32;

    private const int LongestId = 32;
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _bytes;

    /// <summary>A key. The bytes are copied.</summary>
    /// <param name="id">Its name, which stands readable in every value: 1 to 32 letters, digits, <c>-</c>, <c>.</c> or <c>_</c>, such as
    /// <c>2026-05</c>. Never give one id to two keys.</param>
    /// <param name="key">32 bytes from a random number generator: <c>openssl rand -base64 32</c>.</param>
    /// <exception cref="ArgumentException">The id is not as described, or the key is not 32 bytes, or all of them are the same.</exception>
    public EncryptionKey(string id, ReadOnlySpan<byte> key)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length is 0 or > LongestId || id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            throw new ArgumentException(
                $"The id of an encryption key is 1 to {LongestId} letters, digits, '-', '.' or '_', such as 2026-05.", nameof(id));
        }

        RequireRandom(key, $"The encryption key '{id}'", exactly: true, nameof(key));
        Id = id;
        _bytes = key.ToArray();
    }

    /// <summary>A key from the text a secret store holds.</summary>
    /// <param name="id">As in the constructor.</param>
    /// <param name="key">32 bytes in base64.</param>
    /// <exception cref="ArgumentException">As in the constructor, or <paramref name="key"/> is not base64. The value is never
    /// quoted.</exception>
    public static EncryptionKey FromBase64(string id, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> bytes = stackalloc byte[Size + 4];
        return Convert.TryFromBase64String(key.Trim(), bytes, out var written)
            ? new EncryptionKey(id, bytes[..written])
            : throw new ArgumentException(
                $"The encryption key is not {Size} bytes in base64. Make one with: openssl rand -base64 {Size}", nameof(key));
    }

    /// <summary>Its name, which stands readable in every value.</summary>
    public string Id { get; }

    internal ReadOnlySpan<byte> GetBytes() => _bytes;

    /// <summary>Its id, never its value.</summary>
    public override string ToString() => $"encryption key '{Id}' (value hidden)";

    /// <summary>Not a placeholder, and long enough.</summary>
    internal static void RequireRandom(ReadOnlySpan<byte> key, string what, bool exactly, string parameter)
    {
        if (exactly ? key.Length != Size : key.Length < Size)
        {
            throw new ArgumentException(
                $"{what} has {key.Length} bytes instead of {(exactly
                    ? ""
                    : "at least ")}{Size}. Make one with: openssl rand -base64 {Size}",
                parameter);
        }

        if (!key.ContainsAnyExcept(key[0]))
        {
            throw new ArgumentException(
                $"{what} is one byte repeated, which anybody can guess. Make one with: openssl rand -base64 {Size}", parameter);
        }
    }
}
