using System.ComponentModel;
using System.Diagnostics;

namespace WorkloadIdentity.Developer;

/// <summary>
/// Runs a tool once, without a shell and without input, bounded in time and output. A tool that does not end by itself is ended together
/// with its child processes.
/// </summary>
internal static class ToolProcess
{
    public const int MaxOutputBytes = 64 * 1024;

    // A child process that outlives the tool (an updater) may keep the tool's output open. The output is taken as complete after this time.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // How long to wait for a killed tool to end.
    private static readonly TimeSpan KillWait = TimeSpan.FromSeconds(2);

    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled. The tool was ended.</exception>
    public static async ValueTask<ToolAnswer> RunAsync(
        ToolQuestion question, string path, TimeSpan timeLimit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var tool = question.Tool;
        cancellationToken.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(timeLimit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var process = new Process { StartInfo = StartInfo(path, question.Arguments) };
        if (Start(process, tool, path, question) is { } failure)
        {
            return failure;
        }

        var hasEnded = false;
        try
        {
            // A prompt for a password or a choice reads the end of the input.
            process.StandardInput.Close();
            var output = new ToolStream(process.StandardOutput.BaseStream, MaxOutputBytes);
            var errorOutput = new ToolStream(process.StandardError.BaseStream, MaxOutputBytes);
            var exit = process.WaitForExitAsync(either.Token);
            if (await Task.WhenAny(exit, output.Overflow).ConfigureAwait(false) == output.Overflow)
            {
                return ToolAnswer.None(question.Error(
                    TokenErrorKind.InvalidResponse,
                    $"{tool.Title} wrote more than {MaxOutputBytes / 1024} KiB, which no token needs, so it was ended. Check what "
                        + $"'{path}' is."));
            }

            await exit.ConfigureAwait(false);
            hasEnded = true;
            await EndAsync(Task.WhenAll(output.End, errorOutput.End), timeProvider, either.Token).ConfigureAwait(false);
            return output.Overflow.IsCompleted
                ? ToolAnswer.None(question.Error(
                    TokenErrorKind.InvalidResponse,
                    $"{tool.Title} wrote more than {MaxOutputBytes / 1024} KiB, which no token needs. Check what '{path}' is."))
                : new ToolAnswer(process.ExitCode, output.Text, errorOutput.Text);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return ToolAnswer.None(question.Error(
                TokenErrorKind.TimedOut,
                $"{tool.Title} did not answer within {timeLimit.TotalSeconds:0.#} s, so it was ended. It may wait for input. Run it in "
                    + $"a terminal: {question.CommandLine}",
                exception));
        }
        finally
        {
            if (!hasEnded)
            {
                await KillAsync(process, timeProvider).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Starts the tool. Null when it runs.</summary>
    private static ToolAnswer? Start(Process process, DeveloperTool tool, string path, ToolQuestion question)
    {
        try
        {
            process.Start();
            return null;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            return ToolAnswer.None(question.Error(
                TokenErrorKind.InvalidConfiguration,
                $"{tool.Title} at '{path}' could not be started ({exception.GetType().Name}). Check that it runs from a terminal: "
                    + $"{tool.Command} --version",
                exception));
        }
    }

    private static async ValueTask EndAsync(Task streams, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            await streams.WaitAsync(Grace, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
        }
    }

    private static ProcessStartInfo StartInfo(string path, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // Not the application's folder: tools look for settings, and on Windows for programs, where they are started.
            WorkingDirectory = Path.GetDirectoryName(path),
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["NO_COLOR"] = "1";
        start.Environment["AZURE_CORE_NO_COLOR"] = "true";
        start.Environment["AZURE_CORE_ONLY_SHOW_ERRORS"] = "true";
        return start;
    }

    private static async ValueTask KillAsync(Process process, TimeProvider timeProvider)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has just ended, or it runs with another user's rights.
        }

        // Do not wait longer than this for it to end.
        using var gone = new CancellationTokenSource(KillWait, timeProvider);
        try
        {
            await process.WaitForExitAsync(gone.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
