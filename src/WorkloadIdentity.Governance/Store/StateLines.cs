using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace WorkloadIdentity.Governance;

/// <summary>
/// Lines of JSON in a stream, one object each, so that a file is written and read without being held in memory. Its hash covers every line.
/// </summary>
internal sealed class StateLines(Stream stream, GraphJson json) : IDisposable
{
    private const int LongestLine = 256 * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>How many lines were written or read.</summary>
    public int Count { get; private set; }

    /// <summary>Where the last whole line ends.</summary>
    public long Position { get; private set; }

    /// <summary>The hash of the lines so far, hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Write(StateLine line)
    {
        _line.ResetWrittenCount();
        _writer.Reset(_line);
        JsonSerializer.Serialize(_writer, line, json.Line);
        _writer.Flush();
        _line.GetSpan(1)[0] = (byte)'\n';
        _line.Advance(1);
        _hash.AppendData(_line.WrittenSpan);
        stream.Write(_line.WrittenSpan);
        Count++;
    }

    /// <summary>The next line; null at the end, or where a line is not whole.</summary>
    /// <exception cref="JsonException">The line is not what it should be.</exception>
    /// <param name="hash">The hash of the lines before a footer; null for other lines.</param>
    /// <param name="withHash">Whether the hash is asked for.</param>
    public StateLine? Read(out string? hash, bool withHash)
    {
        int length;
        while ((length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n')) < 0)
        {
            if (!Fill())
            {
                hash = null;
                return null;
            }
        }

        var bytes = _buffer.AsSpan(_start, length);
        hash = withHash && bytes.StartsWith("{\"footer\""u8) ? Hash : null;
        _hash.AppendData(_buffer.AsSpan(_start, length + 1));
        var line = JsonSerializer.Deserialize(bytes, json.Line);
        _start += length + 1;
        Position += length + 1;
        Count++;
        return line;
    }

    public void Dispose()
    {
        _hash.Dispose();
        _writer.Dispose();
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= LongestLine)
            {
                throw new JsonException("A line is too long.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
