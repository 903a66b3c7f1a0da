using System.Buffers;

namespace WorkloadIdentity.DistributedCache;

/// <summary>
/// Takes a value piece by piece and refuses one that is too long at the first piece that goes beyond, so that nobody has to hold the rest.
/// </summary>
internal sealed class BoundedBuffer(int longest) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _written = new();

    public byte[] ToArray() => _written.WrittenSpan.ToArray();

    /// <exception cref="UnusableValueException">The value is longer than allowed.</exception>
    public void Advance(int count)
    {
        _written.Advance(count);
        ThrowIfLonger(_written.WrittenCount);
    }

    /// <exception cref="UnusableValueException">One piece alone is longer than allowed.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        ThrowIfLonger(sizeHint);
        return _written.GetMemory(sizeHint);
    }

    /// <exception cref="UnusableValueException">One piece alone is longer than allowed.</exception>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Refuses a value of this many bytes if that is more than allowed.</summary>
    public void ThrowIfLonger(int bytes)
    {
        if (bytes > longest)
        {
            throw new UnusableValueException($"It has more than {longest} bytes. No token is that long.");
        }
    }
}
