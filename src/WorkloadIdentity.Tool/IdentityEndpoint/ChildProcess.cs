using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tool;

/// <summary>The command that has the endpoint: it has wid's console, gets wid's signals, and its exit code becomes wid's.</summary>
internal static class ChildProcess
{
    private const int NoSuchFileOnWindows = 2;

    /// <summary>Runs the command to its end.</summary>
    /// <param name="command">Its name and arguments.</param>
    /// <param name="variables">The variables of the endpoint. Those that compete with them are taken out.</param>
    /// <param name="surroundings">From where signals come.</param>
    /// <param name="cancellationToken">A signal from before the command could get it. Then nothing is started.</param>
    /// <returns>Its exit code; 128 and the signal's number if a signal ended it.</returns>
    /// <exception cref="ToolException">The command could not be started.</exception>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> command,
        IEnumerable<(string Name, string Value)> variables,
        Surroundings surroundings,
        CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = TiedCommand.Start(command) };
        Change(process.StartInfo.Environment, variables);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // From here on the signals are the command's. One from before has cancelled this.
        using var signals = surroundings.TakeSignals(signal => _ = PassAsync(started.Task, process, signal));
        cancellationToken.ThrowIfCancellationRequested();
        var ended = StartAndWait(process, started);
        await started.Task.ConfigureAwait(false);
        try
        {
            return await ended.ConfigureAwait(false);
        }
        finally
        {
            // Only an unexpected failure leaves it running.
            End(process);
        }
    }

    /// <summary>Takes out what competes with the endpoint, and adds the endpoint.</summary>
    internal static void Change(IDictionary<string, string?> environment, IEnumerable<(string Name, string Value)> variables)
    {
        foreach (var name in environment.Keys.Where(EndpointVariables.Competes).ToArray())
        {
            environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }
    }

    /// <summary>
    /// One thread starts the process and lives as long: Linux ties a process to the thread that started it, and threads of the pool end.
    /// </summary>
    private static Task<int> StartAndWait(Process process, TaskCompletionSource started)
    {
        var end = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                process.Start();
                started.SetResult();
                process.WaitForExit();
                end.SetResult(process.ExitCode);
            }
            catch (Win32Exception exception)
            {
                started.TrySetException(TiedCommand.NotStarted(exception.NativeErrorCode == NoSuchFileOnWindows));
            }
        })
        { IsBackground = true };
        thread.Start();
        return end.Task;
    }

    private static async Task PassAsync(Task started, Process process, PosixSignal signal)
    {
        await started.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // On Windows, and in the foreground of a terminal, the system gives Ctrl+C to the command too.
        var isFromTerminal = signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT && UnixProcess.IsInForeground();
        if (started.IsCompletedSuccessfully && !OperatingSystem.IsWindows() && !isFromTerminal)
        {
            UnixProcess.Signal(process.Id, Signals.Number(signal));
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }
}
