using System.Runtime.InteropServices;

namespace WorkloadIdentity.Tool;

/// <summary>
/// The signals that end a command: each cancels it, and each has its exit code. A command that runs another program can take the signals
/// and pass them on.
/// </summary>
internal sealed class Signals : IDisposable
{
    // A command that does not end in time is abandoned.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations;
    private Action<PosixSignal>? _receiver;
    private int _exitCode;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Receive(context, ExitCodes.Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Receive(context, ExitCodes.Terminated)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Receive(context, ExitCodes.HungUp)),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => Receive(context, ExitCodes.Quit)),
    ];

    /// <summary>The number of a signal on Unix. Those without a name in .NET are numbers already.</summary>
    public static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGTERM => 15,
        _ => (int)signal,
    };

    /// <summary>
    /// SIGUSR1 and SIGUSR2, which .NET does not name. They end no command of this tool, and mean something to a program it runs.
    /// </summary>
    private static IEnumerable<PosixSignal> ForPrograms =>
        OperatingSystem.IsWindows() ? []
        : OperatingSystem.IsLinux() ? [(PosixSignal)10, (PosixSignal)12]
        : [(PosixSignal)30, (PosixSignal)31];

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

    /// <summary>Gives the signals to <paramref name="receiver"/> in place of ending the command, until the result is disposed.</summary>
    public IDisposable PassTo(Action<PosixSignal> receiver)
    {
        Volatile.Write(ref _receiver, receiver);
        return new Passing(
            this, [.. ForPrograms.Select(signal => PosixSignalRegistration.Create(signal, context => Receive(context, exitCode: 0)))]);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private void Receive(PosixSignalContext context, int exitCode)
    {
        if (Volatile.Read(ref _receiver) is { } receiver)
        {
            context.Cancel = true;
            receiver(context.Signal);
        }
        else
        {
            Stop(context, exitCode);
        }
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

    private sealed class Passing(Signals signals, IReadOnlyList<PosixSignalRegistration> registrations) : IDisposable
    {
        public void Dispose()
        {
            foreach (var registration in registrations)
            {
                registration.Dispose();
            }

            Volatile.Write(ref signals._receiver, null);
        }
    }
}
