using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// What a process leaves beside a token's entry while it asks for the token: when it wrote this (8 bytes), who it is (16 random bytes), and
/// a proof that it has the key of the fleet (HMAC-SHA-256). The time stands in the value, because an expiry can get lost: a cache may
/// refuse to set one, or fail over before it does. The proof keeps those who may only write to the cache from making others wait.
/// </summary>
internal sealed class LeaseNotes(byte[] key)
{
    /// <summary>How long a note counts. Its writer renews it more often than that while it lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private const int TimeSize = sizeof(long);
    private const int HolderSize = 16;
    private const int TextSize = TimeSize + HolderSize;

    public static byte[] NewHolder() => RandomNumberGenerator.GetBytes(HolderSize);

    public static bool IsOf(byte[] holder, byte[] note) =>
        note.Length > TextSize && note.AsSpan(TimeSize, HolderSize).SequenceEqual(holder);

    /// <summary>A note of this moment.</summary>
    /// <param name="name">Of the entry it stands in.</param>
    /// <param name="holder">Who writes it.</param>
    /// <param name="now">When.</param>
    public byte[] Write(string name, byte[] holder, DateTimeOffset now)
    {
        var text = new byte[TextSize];
        BinaryPrimitives.WriteInt64BigEndian(text, now.UtcTicks);
        holder.CopyTo(text, TimeSize);
        return [.. text, .. Proof(name, text)];
    }

    /// <summary>A note that counts no more.</summary>
    public byte[] WriteEnded(string name, byte[] holder) => Write(name, holder, DateTimeOffset.MinValue);

    /// <summary>Whether a process of this fleet wrote it and is still asking, as far as the clocks of both machines tell.</summary>
    public bool Counts(string name, byte[] note, DateTimeOffset now)
    {
        if (note.Length != TextSize + HMACSHA256.HashSizeInBytes
            || !CryptographicOperations.FixedTimeEquals(note.AsSpan(TextSize), Proof(name, note.AsSpan(0, TextSize))))
        {
            return false;
        }

        var age = now.UtcTicks - BinaryPrimitives.ReadInt64BigEndian(note);
        return age < Lifetime.Ticks && age > -StoredToken.ClockTolerance.Ticks;
    }

    // What an entry is named by begins with a length; this does not, so that no name is ever a proof.
    private byte[] Proof(string name, ReadOnlySpan<byte> text)
    {
        byte[] proven = [.. "lease of "u8, .. Encoding.ASCII.GetBytes(name), .. text];
        return HMACSHA256.HashData(key, proven);
    }
}
