using System.Buffers;
using System.Text;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Reads one of a tool's streams to its end and keeps the beginning. The rest is read and dropped, so that the tool never blocks on a full
/// pipe.
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

    /// <summary>Completes when the stream has ended. It never fails.</summary>
    public Task End { get; }

    /// <summary>Completes when the stream has more than is kept.</summary>
    public Task Overflow => _overflow.Task;

    /// <summary>The text so far.</summary>
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
                    var kept = Math.Min(read, _limit - _kept.WrittenCount);
                    _kept.Write(buffer.AsSpan(0, kept));
                    if (kept < read)
                    {
                        _overflow.TrySetResult();
                    }
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The tool was ended, and with it the pipe. The text so far is complete.
        }
    }
}
