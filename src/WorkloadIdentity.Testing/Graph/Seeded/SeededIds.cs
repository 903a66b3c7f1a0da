using System.Buffers.Binary;

namespace WorkloadIdentity.Testing;

/// <summary>What a generated id stands for.</summary>
internal enum SeededKind
{
    Principal = 1,
    Client,
    Application,
    User,
    Credential,
    Federated,
    Assignment,
    Grant,
    Role,
    RoleAssignment,
    RoleEligibility,
    Policy,
    Location,
    Detection,
    Review,
    ReviewInstance,
    ReviewDecision,
    Request,
    AppPolicy,
    Tenant,
}

/// <summary>
/// Ids that say, to whoever knows the seed, what they stand for: a generated directory needs no table of them. They look like random GUIDs.
/// </summary>
internal sealed class SeededIds(int seed)
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD1342543DE82EF95;
    private const int IndexBits = 48;

    private readonly ulong _key = Mix((ulong)(uint)seed ^ First);

    public string Id(SeededKind kind, long index)
    {
        var code = Scramble((((ulong)kind << IndexBits) | (ulong)index) ^ _key);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Mix(code ^ _key));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], code);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    /// <summary>The index of an id of this kind; null when it is none.</summary>
    public long? Index(SeededKind kind, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        var code = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        var plain = Unscramble(code) ^ _key;
        return BinaryPrimitives.ReadUInt64BigEndian(bytes) == Mix(code ^ _key) && plain >> IndexBits == (ulong)kind
            ? (long)(plain & ((1UL << IndexBits) - 1))
            : null;
    }

    /// <summary>A number from 0 to below <paramref name="below"/>, the same for the same arguments.</summary>
    public int Draw(SeededKind kind, long index, int salt, int below) =>
        (int)(Mix((((ulong)kind << IndexBits) | (ulong)index) + ((ulong)salt << 56) + _key) % (ulong)below);

    /// <summary>Bytes that are the same for the same arguments.</summary>
    public byte[] Bytes(SeededKind kind, long index, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count; at++)
        {
            bytes[at] = (byte)Draw(kind, (index * 512) + at, 99, 256);
        }

        return bytes;
    }

    /// <summary>The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    // Multiplication by an odd number and a shift by half the bits: both can be undone.
    private static ulong Scramble(ulong value)
    {
        value *= First;
        value ^= value >> 32;
        value *= Second;
        return value ^ (value >> 32);
    }

    private static ulong Unscramble(ulong value)
    {
        value ^= value >> 32;
        value *= Inverse(Second);
        value ^= value >> 32;
        return value * Inverse(First);
    }

    private static ulong Inverse(ulong odd)
    {
        // Newton's iteration: each step doubles the number of right bits.
        var inverse = odd;
        for (var step = 0; step < 6; step++)
        {
            inverse *= 2 - (odd * inverse);
        }

        return inverse;
    }
}
