using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tool;

/// <summary>Ctrl+C and SIGTERM: each cancels the command, and each has its exit code.</summary>
internal sealed class Signals : IDisposable
{
    // A command that does not end in time is abandoned.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations;
    private int _exitCode;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCodes.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCodes.Terminated)),
    ];

    /// <summary>Runs a command and cancels it at a signal.</summary>
    /// <returns>The command's exit code, or that of the signal if the signal ended the command.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task<int>> command)
    {
        var running = command(_stop.Token);
        if (await Task.WhenAny(running, _over.Task).ConfigureAwait(false) != running)
        {
            return Volatile.Read(ref _exitCode);
        }

        var exitCode = await running.ConfigureAwait(false);
        return exitCode == ExitCodes.Interrupted && Volatile.Read(ref _exitCode) is > 0 and var signalled ? signalled : exitCode;
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    /// <summary>The first signal cancels the command. The next one has its default effect.</summary>
    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0)
        {
            context.Cancel = true;
            _ = StopAsync();
        }
    }

    private async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.Delay(Limit, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        _over.TrySetResult();
    }
}
