using System.Text;

namespace WorkloadIdentity.Tool;

/// <summary>
/// Standard output or standard error, which may be closed or on a full disk. What was asked for and cannot be written is an error with an
/// exit code of its own. What cannot be told on standard error is left out, and the exit code alone says how the command ended.
/// </summary>
/// <param name="open">Opens the writer at its first use, because opening a closed stream fails.</param>
/// <param name="isResult">Whether this is the stream for results.</param>
internal sealed class GuardedWriter(Func<TextWriter> open, bool isResult) : TextWriter
{
    private TextWriter? _inner;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Guard(value, static (inner, value) => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void Write(string? value) => Guard(value, static (inner, value) => inner.Write(value));

    public override void WriteLine(string? value) => Guard(value, static (inner, value) => inner.WriteLine(value));

    public override void WriteLine() => Guard(0, static (inner, _) => inner.WriteLine());

    public override void Flush() => Guard(0, static (inner, _) => inner.Flush());

    // The console does not write asynchronously, and the call itself must throw.
    public override Task WriteAsync(char value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteAsync(string? value)
    {
        Write(value);
        return Task.CompletedTask;
    }

    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    public override Task FlushAsync()
    {
        Flush();
        return Task.CompletedTask;
    }

    private void Guard<T>(T value, Action<TextWriter, T> write)
    {
        try
        {
            write(_inner ??= open(), value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (isResult)
            {
                throw new ToolException(
                    ExitCodes.Machine,
                    "Standard output cannot be written to: it is closed, or its disk is full.",
                    "Redirect the output or free disk space, and run the command again.",
                    ToolException.Reference("wid#exit-codes"));
            }
        }
    }
}
