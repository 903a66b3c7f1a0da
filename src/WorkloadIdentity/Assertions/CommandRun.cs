using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace WorkloadIdentity;

/// <summary>
/// One run of a command, with bounds on time and output. At the end, the process and all that it started are stopped.
/// </summary>
internal sealed class CommandRun
{
    private const int MaxOutput = 64 * 1024;
    private const int MaxComplaint = 4 * 1024;

    // How long to read output after the program exited. A process that it left behind may hold the output open for ever.
    private static readonly TimeSpan AfterEnd = TimeSpan.FromSeconds(1);

    private CommandRun(int exitCode, string output, string complaint, string? problem, bool hasTimedOut = false)
    {
        ExitCode = exitCode;
        Output = output;
        Problem = problem;
        HasTimedOut = hasTimedOut;

        // What the command wrote to standard error: shortened, on one line, without anything like a token.
        Complaint = UntrustedText.Plain(complaint) is { } words ? $" It said: {words}" : "";
    }

    public int ExitCode { get; }

    /// <summary>What it printed. A secret.</summary>
    public string Output { get; }

    /// <summary>What it wrote to standard error, as the end of a message; empty if it wrote nothing.</summary>
    public string Complaint { get; }

    /// <summary>Why there is no output, as the end of a sentence.</summary>
    public string? Problem { get; }

    public bool HasTimedOut { get; }

    public static async Task<CommandRun> ToEndAsync(
        string path, IEnumerable<string> arguments, (string Name, string? Value) variable, TimeSpan timeLimit, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable.Value is { } value)
        {
            start.Environment[variable.Name] = value;
        }

        using var limit = new TimeLimit(timeLimit, timeProvider, cancellationToken);
        using var process = new Process { StartInfo = start };
        process.Start();
        var (output, complaint) = (new BoundedText(MaxOutput), new BoundedText(MaxComplaint));
        try
        {
            // The command gets no input.
            process.StandardInput.Close();
            var reading = Task.WhenAll(
                output.ReadAsync(process.StandardOutput.BaseStream, limit.Token),
                complaint.ReadAsync(process.StandardError.BaseStream, limit.Token));
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            await reading.WaitAsync(AfterEnd, timeProvider, limit.Token).ConfigureAwait(false);
            return output.IsTooLong
                ? new CommandRun(
                    process.ExitCode,
                    "",
                    complaint.Text,
                    $"printed more than {MaxOutput / 1024} KiB. It must print one JWT and nothing else.")
                : new CommandRun(process.ExitCode, output.Text, complaint.Text, problem: null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CommandRun(
                -1, "", complaint.Text, $"did not finish within {timeLimit.TotalSeconds:0.#} s and was stopped.", hasTimedOut: true);
        }
        catch (TimeoutException)
        {
            return new CommandRun(
                -1, "", complaint.Text, "exited, but a process that it started still holds its output open. It must stop what it starts.");
        }
        finally
        {
            End(process);

            // This ends reads that still wait for a process left behind.
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // The process has just exited.
        }
    }

    /// <summary>The beginning of a stream. The rest is read and dropped, so that the command is not held up by a full pipe.</summary>
    private sealed class BoundedText(int limit)
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public bool IsTooLong { get; private set; }

        public string Text
        {
            get
            {
                lock (_bytes)
                {
                    return Encoding.UTF8.GetString(_bytes.WrittenSpan);
                }
            }
        }

        public async Task ReadAsync(Stream stream, CancellationToken cancellationToken)
        {
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                lock (_bytes)
                {
                    var room = Math.Min(read, limit - _bytes.WrittenCount);
                    _bytes.Write(buffer.AsSpan(0, room));
                    IsTooLong |= room < read;
                }
            }
        }
    }
}
