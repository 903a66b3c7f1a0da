using System.Buffers;
using System.Text;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads one of a tool's streams to its end and keeps the beginning. What comes beyond is read and dropped, so that a talkative tool is
/// never stuck in a full pipe.
/// </summary>
internal sealed class ToolStream
{
    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _kept = new();
    private readonly int _limit;

    public ToolStream(Stream stream, int limit)
    {
        _limit = limit;
        End = ReadAsync(stream);
    }

    /// <summary>Completes when the stream has ended; never fails.</summary>
    public Task End { get; }

    /// <summary>Completes when there is more than is kept.</summary>
    public Task Overflow => _overflow.Task;

    /// <summary>What has arrived.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return Encoding.UTF8.GetString(_kept.WrittenSpan);
            }
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer).ConfigureAwait(false) is > 0 and var read)
            {
                lock (_gate)
                {
                    var room = Math.Min(read, _limit - _kept.WrittenCount);
                    _kept.Write(buffer.AsSpan(0, room));
                    if (room < read)
                    {
                        _overflow.TrySetResult();
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The tool was ended, and its pipe with it: what has arrived is all there is.
        }
    }
}
